// What products have in common. A workgroup takes 8 rows and a few tokens: 8 lanes a row walk its blocks side by side (neighbouring
// lanes read neighbouring blocks), each block is unpacked once for all the tokens, then the lanes are added.
import type { TensorFormat } from '../../../model/tensor.ts'
import { WORKGROUP_SIZE } from '../kernel.ts'
import type { KernelPaths } from '../kernel-paths.ts'
import { activationBytes, heldBlocks, isPacked, packedBlockWgsl, quantizeWgsl } from './packed.ts'
import { lanesName } from './reduce.ts'
import { each, unpackWgsl } from './unpack.ts'

export const ROWS = 8
export const LANES = WORKGROUP_SIZE / ROWS

/** Decoding wants a small group, prefill wants each unpacked block used often. */
export function tokensPerGroup(tokenCount: number): number {
  return tokenCount === 1 ? 1 : 4
}

/** What `dotsWgsl` reads, and where the result goes; input in units of 4 floats, the rest in floats. */
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

/** Rows of one input's weights, as the kernel calls them. */
export interface DotWeights {
  name: string
  format: TensorFormat
}

/** The end of the name of a kernel that multiplies weights of these formats: its text depends on nothing else of the paths. */
export function productsName(formats: readonly TensorFormat[], paths: KernelPaths): string {
  const packed = paths.packed ? formats.filter(isPacked) : []
  const bytes = packed.length > 0 ? `-packed-${activationBytes(packed, paths)}` : ''
  return bytes + lanesName(paths)
}

/** `dots(row, local, firstToken)`, for all lanes: every weights' products; then `<name>Sum(i)`: of row i % 8 with token i / 8. */
export function dotsWgsl(weights: readonly DotWeights[], tokens: number, paths: KernelPaths): string {
  const packed = weights.flatMap(({ name, format }) => (paths.packed && isPacked(format) ? [{ name, format }] : []))
  const plain = weights.filter(({ format }) => !(paths.packed && isPacked(format)))
  const bytes = activationBytes(
    packed.map(({ format }) => format),
    paths,
  )
  return `
    ${weights.map(({ name }) => gatheredWgsl(name, tokens, paths)).join('')}
    ${plain.map(({ name, format }) => `${unpackWgsl(format, name)} ${plainWgsl(name, tokens)}`).join('')}
    ${packed.length > 0 ? quantizeWgsl(tokens, bytes) : ''}
    ${packed.map(({ name, format }) => packedBlockWgsl(format, name, tokens, bytes)).join('')}
    fn dots(row : i32, local : i32, firstToken : i32) {
      let mine = row >= 0 && row < uniforms.rows;
      ${plain.map(({ name }) => `if (mine) { ${name}Plain(row, local, firstToken); }`).join(' ')}
      ${packed.length > 0 ? packedLoop(packed, heldBlocks(tokens)) : ''}
      ${weights.map(({ name }) => `${name}Gather(local);`).join(' ')}
      workgroupBarrier();
    }`
}

/** The lanes' shares, and their sums through workgroup memory; where there are subgroups, four neighbours' come there as one. */
function gatheredWgsl(name: string, tokens: number, { subgroups }: KernelPaths): string {
  const together = subgroups ? 4 : 1
  const lanes = LANES / together
  return `
    var<private> ${name}Sums : array<f32, ${tokens}>;
    var<workgroup> ${name}Parts : array<f32, ${ROWS * lanes * tokens}>;
    fn ${name}Gather(local : i32) {
      ${each(
        tokens,
        (t) => `
      var sum${t} = ${name}Sums[${t}];
      ${subgroups ? `sum${t} += subgroupShuffleXor(sum${t}, 2u); sum${t} += subgroupShuffleXor(sum${t}, 1u);` : ''}
      if (local % ${together} == 0) { ${name}Parts[${t * ROWS * lanes} + local / ${together}] = sum${t}; }`,
      )}
    }
    fn ${name}Sum(i : i32) -> f32 {
      let first = i * ${lanes};
      var sum = ${name}Parts[first];
      ${each(lanes - 1, (lane) => `sum += ${name}Parts[first + ${lane + 1}];`)}
      return sum;
    }`
}

function plainWgsl(name: string, tokens: number): string {
  return `
    fn ${name}Plain(row : i32, local : i32, firstToken : i32) {
      var sums : array<f32, ${tokens}>;
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
      ${name}Sums = sums;
    }`
}

function packedLoop(packed: readonly DotWeights[], held: number): string {
  return `
      for (var base = 0; base < uniforms.blocks; base += ${held}) {
        quantizeInput(local, base, firstToken);
        workgroupBarrier();
        if (mine) {
          let end = min(base + ${held}, uniforms.blocks);
          for (var block = base + local % ${LANES}; block < end; block += ${LANES}) {
            ${packed.map(({ name }) => `${name}PackedBlock(row, block, block - base);`).join(' ')}
          }
        }
        workgroupBarrier();
      }`
}
