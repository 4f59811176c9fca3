// What products have in common. A workgroup takes 8 rows and a few tokens: 8 lanes a row walk its blocks side by side (neighbouring
// lanes read neighbouring blocks), each block is unpacked once for all the tokens, then the lanes are added.
import { WORKGROUP_SIZE } from '../kernel.ts'
import { each } from './unpack.ts'

export const ROWS = 8
export const LANES = WORKGROUP_SIZE / ROWS

/** Decoding wants a small group, prefill wants each unpacked block used often. */
export function tokensPerGroup(tokenCount: number): number {
  return tokenCount === 1 ? 1 : 4
}

/** What `dotWgsl` reads, and where the result goes; input in units of 4 floats, the rest in floats. */
export const dotUniforms = [
  'rows',
  'blocks',
  'tokens',
  'inputAt',
  'inputStride',
  'outputAt',
  'outputStride',
  'firstRow',
]

/** `<name>Dots(row, local, firstToken)`: this lane's share of a row's products with each token; `<name>Sum(i)`: row i % 8, token i / 8. */
export function dotWgsl(name: string, tokens: number): string {
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
          let at${t} = uniforms.inputAt + min(firstToken + ${t}, uniforms.tokens - 1) * uniforms.inputStride + block * 8;
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
