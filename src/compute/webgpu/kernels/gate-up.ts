// The inner columns of a feed-forward sublayer: activation(gate x) * up x (Shazeer 2020), or activation(up x); see dot.ts.
import type { Activation } from '../../../model/config.ts'
import type { TensorFormat } from '../../../model/tensor.ts'
import { type Kernel, kernelNamed, WORKGROUP_SIZE } from '../kernel.ts'
import type { KernelPaths } from '../kernel-paths.ts'
import type { KernelRunner } from '../kernel-runner.ts'
import type { WeightMatrix } from '../weight-matrix.ts'
import { activatedWgsl } from './activation.ts'
import { dotsWgsl, dotUniforms, LANES, productsName, ROWS, tokensPerGroup } from './dot.ts'
import type { Rows } from './rows.ts'
import { weightInputs } from './unpack.ts'

/** Gate and up (F, C) are cut into the same rows; both have a bias or neither has. */
export interface InnerWeights {
  gate: WeightMatrix | null
  up: WeightMatrix
  activation: Activation
}

/** @ x (T, 32 * blocks) -> (T, F) at `output.offset` within rows of `output.stride`, zeros around it. One dispatch a part. */
export function gateUp(
  gpu: KernelRunner,
  { gate, up, activation }: InnerWeights,
  input: Rows,
  output: Rows,
  tokenCount: number,
): void {
  const tokens = tokensPerGroup(tokenCount)
  const matrices = gate ? [gate, up] : [up]
  up.parts.forEach(({ firstRow, rowCount }, i) => {
    const parts = matrices.map((matrix) => matrix.parts[i]!)
    const outputAt = output.offset + firstRow
    const writeStart = i === 0 ? 0 : outputAt
    const writeEnd = i === up.parts.length - 1 ? output.stride : outputAt + rowCount
    gpu.run(
      gateUpKernel(
        gpu.paths,
        parts.map(({ format }) => format),
        tokens,
        activation,
        up.bias !== null,
      ),
      [
        ...parts.flatMap(({ buffers }) => buffers),
        ...matrices.flatMap(({ bias }) => (bias ? [bias] : [])),
        input.array,
      ],
      output.array,
      [
        rowCount,
        up.blocks,
        tokenCount,
        input.offset / 4,
        input.stride / 4,
        outputAt,
        output.stride,
        firstRow,
        writeStart,
        writeEnd,
      ],
      [Math.ceil((writeEnd - writeStart) / ROWS), Math.ceil(tokenCount / tokens)],
    )
  })
}

/** `formats` of gate and up, or of up alone. */
function gateUpKernel(
  paths: KernelPaths,
  formats: readonly TensorFormat[],
  tokens: number,
  activation: Activation,
  biased: boolean,
): Kernel {
  const names = formats.length === 2 ? ['gate', 'up'] : ['up']
  return kernelNamed(
    `gate-up-${formats.join('-')}-${tokens}-${activation}-${biased}${productsName(formats, paths)}`,
    () => ({
      inputs: [
        ...names.flatMap((name, i) => weightInputs(formats[i]!, name)),
        ...(biased ? names.map((name) => ({ name: `${name}Bias`, width: 1 as const })) : []),
        { name: 'x', width: 4 },
      ],
      uniforms: [...dotUniforms, 'writeStart', 'writeEnd'],
      wgsl: `
    ${dotsWgsl(
      names.map((name, i) => ({ name, format: formats[i]! })),
      tokens,
      paths,
    )}
    ${activatedWgsl(activation)}
    fn main(index : i32) {
      let local = i32(localId.x);
      let firstToken = i32(workgroupId.y) * ${tokens};
      let firstColumn = uniforms.writeStart + i32(workgroupId.x) * ${ROWS};
      let row = firstColumn - uniforms.outputAt + local / ${LANES};
      dots(row, local, firstToken);
      for (var i = local; i < ${ROWS * tokens}; i += ${WORKGROUP_SIZE}) {
        let column = firstColumn + i % ${ROWS};
        let token = firstToken + i / ${ROWS};
        if (column < uniforms.writeEnd && token < uniforms.tokens) {
          let own = column - uniforms.outputAt;
          var value = 0.0;
          if (own >= 0 && own < uniforms.rows) {
            ${names.map((name) => `let ${name}Value = ${name}Sum(i)${biased ? ` + ${name}Bias[uniforms.firstRow + own]` : ''};`).join(' ')}
            value = ${names.length === 2 ? 'activated(gateValue) * upValue' : 'activated(upValue)'};
          }
          result[token * uniforms.outputStride + column] = value;
        }
      }
    }`,
    }),
  )
}
