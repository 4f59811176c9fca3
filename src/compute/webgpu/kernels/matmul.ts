// y = W x on blocks of 32 columns, and SwiGLU's pair of them. A workgroup takes 8 rows and a few tokens: 8 lanes a row walk its blocks
// side by side (neighbouring lanes read neighbouring blocks), each block is unpacked once for all the tokens, then the lanes are added.
import type { TensorFormat } from '../../../model/tensor.ts'
import type { GpuSession } from '../gpu-session.ts'
import { type Kernel, kernelNamed, WORKGROUP_SIZE } from '../kernel.ts'
import type { GpuArray } from '../tfjs-device.ts'
import type { WeightMatrix } from '../weight-matrix.ts'
import { each, unpackWgsl, weightInputs } from './unpack.ts'

const ROWS = 8
const LANES = WORKGROUP_SIZE / ROWS

/** Where a product's input rows are and where its result goes; offsets and strides in floats, those of the input multiples of 4. */
export interface MatmulOperands {
  tokenCount: number
  input: GpuArray
  inputOffset: number
  output: GpuArray
  outputOffset: number
  outputStride: number
}

/** W (R, C) @ x (T, 32 * blocks) -> (T, R) within rows of `outputStride`; one dispatch a part. */
export function matmul(gpu: GpuSession, weights: WeightMatrix, operands: MatmulOperands): void {
  const { tokenCount, input, inputOffset, output, outputOffset, outputStride } = operands
  const tokens = tokensPerGroup(tokenCount)
  for (const { format, firstRow, rowCount, buffers } of weights.parts)
    gpu.run(
      matmulKernel(format, tokens),
      [...buffers, input],
      output,
      [rowCount, weights.blocks, tokenCount, inputOffset / 4, outputOffset + firstRow, outputStride],
      [Math.ceil(rowCount / ROWS), Math.ceil(tokenCount / tokens)],
    )
}

/**
 * silu(gate x) * up x (Shazeer 2020): gate and up (F, C) @ x (T, 32 * blocks) -> (T, F) at `outputOffset` of rows of `outputStride`,
 * zeros around it. Both matrices are cut into the same rows; one dispatch a part.
 */
export function gateUp(gpu: GpuSession, gate: WeightMatrix, up: WeightMatrix, operands: MatmulOperands): void {
  const { tokenCount, input, inputOffset, output, outputOffset, outputStride } = operands
  const tokens = tokensPerGroup(tokenCount)
  gate.parts.forEach((part, i) => {
    const other = up.parts[i]!
    const writeStart = i === 0 ? 0 : outputOffset + part.firstRow
    const writeEnd = i === gate.parts.length - 1 ? outputStride : outputOffset + part.firstRow + part.rowCount
    gpu.run(
      gateUpKernel(part.format, other.format, tokens),
      [...part.buffers, ...other.buffers, input],
      output,
      [
        part.rowCount,
        gate.blocks,
        tokenCount,
        inputOffset / 4,
        outputOffset + part.firstRow,
        outputStride,
        writeStart,
        writeEnd,
      ],
      [Math.ceil((writeEnd - writeStart) / ROWS), Math.ceil(tokenCount / tokens)],
    )
  })
}

/** Decoding wants a small group, prefill wants each unpacked block used often. */
function tokensPerGroup(tokenCount: number): number {
  return tokenCount === 1 ? 1 : 4
}

const uniforms = ['rows', 'blocks', 'tokens', 'inputAt', 'outputAt', 'outputStride']

function matmulKernel(format: TensorFormat, tokens: number): Kernel {
  return kernelNamed(`matmul-${format}-${tokens}`, () => ({
    inputs: [...weightInputs(format, 'weight'), { name: 'x', width: 4 }],
    uniforms,
    wgsl: `
    ${unpackWgsl(format, 'weight')}
    ${dotWgsl('weight', tokens)}
    fn main(index : i32) {
      let local = i32(localId.x);
      let firstToken = i32(workgroupId.y) * ${tokens};
      weightDots(i32(workgroupId.x) * ${ROWS} + local / ${LANES}, local, firstToken);
      workgroupBarrier();
      for (var i = local; i < ${ROWS * tokens}; i += ${WORKGROUP_SIZE}) {
        let row = i32(workgroupId.x) * ${ROWS} + i % ${ROWS};
        let token = firstToken + i / ${ROWS};
        if (row < uniforms.rows && token < uniforms.tokens) {
          result[token * uniforms.outputStride + uniforms.outputAt + row] = weightSum(i);
        }
      }
    }`,
  }))
}

function gateUpKernel(gate: TensorFormat, up: TensorFormat, tokens: number): Kernel {
  return kernelNamed(`gate-up-${gate}-${up}-${tokens}`, () => ({
    inputs: [...weightInputs(gate, 'gate'), ...weightInputs(up, 'up'), { name: 'x', width: 4 }],
    uniforms: [...uniforms, 'writeStart', 'writeEnd'],
    wgsl: `
    ${unpackWgsl(gate, 'gate')}
    ${unpackWgsl(up, 'up')}
    ${dotWgsl('gate', tokens)}
    ${dotWgsl('up', tokens)}
    fn main(index : i32) {
      let local = i32(localId.x);
      let firstToken = i32(workgroupId.y) * ${tokens};
      let firstColumn = uniforms.writeStart + i32(workgroupId.x) * ${ROWS};
      let row = firstColumn - uniforms.outputAt + local / ${LANES};
      gateDots(row, local, firstToken);
      upDots(row, local, firstToken);
      workgroupBarrier();
      for (var i = local; i < ${ROWS * tokens}; i += ${WORKGROUP_SIZE}) {
        let column = firstColumn + i % ${ROWS};
        let token = firstToken + i / ${ROWS};
        if (column < uniforms.writeEnd && token < uniforms.tokens) {
          let own = column >= uniforms.outputAt && column < uniforms.outputAt + uniforms.rows;
          let g = gateSum(i);
          result[token * uniforms.outputStride + column] = select(0.0, g / (1.0 + exp(-g)) * upSum(i), own);
        }
      }
    }`,
  }))
}

/** `<name>Dots(row, local, firstToken)`: this lane's share of a row's products with each token; `<name>Sum(i)`: row i % 8, token i / 8. */
function dotWgsl(name: string, tokens: number): string {
  return `
    var<workgroup> ${name}Parts : array<f32, ${WORKGROUP_SIZE * tokens}>;
    fn ${name}Dots(row : i32, local : i32, firstToken : i32) {
      var sums : array<f32, ${tokens}>;
      if (row >= 0 && row < uniforms.rows) {
        for (var block = local % ${LANES}; block < uniforms.blocks; block += ${LANES}) {
          let w = ${name}Block(row, block, uniforms.blocks);
          ${each(
            tokens,
            (t) => `
          let at${t} = uniforms.inputAt + (min(firstToken + ${t}, uniforms.tokens - 1) * uniforms.blocks + block) * 8;
          var sum${t} = w[0] * x[at${t}];
          ${each(7, (j) => `sum${t} += w[${j + 1}] * x[at${t} + ${j + 1}];`)}
          sums[${t}] += dot(sum${t}, vec4<f32>(1.0));`,
          )}
        }
      }
      ${each(tokens, (t) => `${name}Parts[${t * WORKGROUP_SIZE} + local] = sums[${t}];`)}
    }
    fn ${name}Sum(i : i32) -> f32 {
      let first = i / ${ROWS} * ${WORKGROUP_SIZE} + i % ${ROWS} * ${LANES};
      var sum = 0.0;
      for (var lane = 0; lane < ${LANES}; lane++) { sum += ${name}Parts[first + lane]; }
      return sum;
    }`
}
