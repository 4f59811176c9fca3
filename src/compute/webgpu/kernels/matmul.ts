// y = W x + b on blocks of 32 columns; see dot.ts.
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

/** What becomes of a product: activated after the bias, or added to what is there. */
export interface ProductEnd {
  activation?: Activation
  accumulates?: boolean
}

/**
 * W (R, C) @ x (T, 32 * blocks) + the matrix's bias -> (T, R); one dispatch a part. Offset and stride of `input` are multiples of 4;
 * columns past C meet zero weights, so they may be anything finite.
 */
export function matmul(
  gpu: KernelRunner,
  { parts, blocks, bias }: WeightMatrix,
  input: Rows,
  output: Rows,
  tokenCount: number,
  end: ProductEnd = {},
): void {
  const tokens = tokensPerGroup(tokenCount)
  for (const { format, firstRow, rowCount, buffers } of parts)
    gpu.run(
      matmulKernel(gpu.paths, format, tokens, bias !== null, end),
      [...buffers, ...(bias ? [bias] : []), input.array],
      output.array,
      [
        rowCount,
        blocks,
        tokenCount,
        input.offset / 4,
        input.stride / 4,
        output.offset + firstRow,
        output.stride,
        firstRow,
      ],
      [Math.ceil(rowCount / ROWS), Math.ceil(tokenCount / tokens)],
    )
}

function matmulKernel(
  paths: KernelPaths,
  format: TensorFormat,
  tokens: number,
  biased: boolean,
  { activation, accumulates = false }: ProductEnd,
): Kernel {
  return kernelNamed(
    `matmul-${format}-${tokens}-${biased}-${activation ?? 'linear'}-${accumulates}${productsName([format], paths)}`,
    () => ({
      inputs: [
        ...weightInputs(format, 'weight'),
        ...(biased ? [{ name: 'bias', width: 1 } as const] : []),
        { name: 'x', width: 4 },
      ],
      uniforms: dotUniforms,
      wgsl: `
    ${dotsWgsl([{ name: 'weight', format }], tokens, paths)}
    ${activation ? activatedWgsl(activation) : ''}
    fn main(index : i32) {
      let local = i32(localId.x);
      let firstToken = i32(workgroupId.y) * ${tokens};
      dots(i32(workgroupId.x) * ${ROWS} + local / ${LANES}, local, firstToken);
      for (var i = local; i < ${ROWS * tokens}; i += ${WORKGROUP_SIZE}) {
        let row = i32(workgroupId.x) * ${ROWS} + i % ${ROWS};
        let token = firstToken + i / ${ROWS};
        if (row < uniforms.rows && token < uniforms.tokens) {
          let value = weightSum(i)${biased ? ' + bias[uniforms.firstRow + row]' : ''};
          result[token * uniforms.outputStride + uniforms.outputAt + row] ${accumulates ? '+=' : '='} ${activation ? 'activated(value)' : 'value'};
        }
      }
    }`,
    }),
  )
}
