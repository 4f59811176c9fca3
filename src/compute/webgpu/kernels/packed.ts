// Quantized weights times quantized activations: four products an instruction (WGSL's dot4I8Packed). A block of 32 activations is
// quantized with one scale by each workgroup for itself, some blocks of each token at a time, which all its rows then multiply. As in the
// WASM kernels, int4 meets bytes (llama.cpp's Q8_0 rule) and int8, which the output head is, two bytes: an activation is 256 high + low,
// each byte is multiplied by itself, and what rounding is left is that of 16 bits. Within a block it is exact integer arithmetic.
import type { TensorFormat } from '../../../model/tensor.ts'
import { WORKGROUP_SIZE } from '../kernel.ts'
import type { KernelPaths } from '../kernel-paths.ts'
import { each } from './unpack.ts'

export type PackedFormat = Extract<TensorFormat, 'int8' | 'int4'>

/** Of an activation; the words of high bytes come before those of low ones. */
export type ActivationBytes = 1 | 2

/** Largest quant: of two bytes the one whose high byte is 127 when the low one is rounded off. */
const LARGEST: Readonly<Record<ActivationBytes, number>> = { 1: 127, 2: 127 * 256 + 127 }

export function isPacked(format: TensorFormat): format is PackedFormat {
  return format === 'int8' || format === 'int4'
}

/** For all products of a kernel, as they share their input. */
export function activationBytes(formats: readonly PackedFormat[], { fine }: KernelPaths): ActivationBytes {
  return fine || formats.includes('int8') ? 2 : 1
}

/** Blocks of a token that a workgroup holds quantized: a lane quantizes one block at a time. */
export function heldBlocks(tokens: number): number {
  return WORKGROUP_SIZE / tokens
}

/** `fn quantizeInput(local, base, firstToken)`: blocks `base..base + heldBlocks` of the tokens, for everybody after a barrier. */
export function quantizeWgsl(tokens: number, bytes: ActivationBytes): string {
  const words = 8 * bytes
  return `
    var<workgroup> inputQuants : array<u32, ${WORKGROUP_SIZE * words}>;
    /** A block's scale, and that times the sum of its quants. */
    var<workgroup> inputScales : array<vec2<f32>, ${WORKGROUP_SIZE}>;
    fn quantizeInput(local : i32, base : i32, firstToken : i32) {
      let block = base + local % ${heldBlocks(tokens)};
      if (block >= uniforms.blocks) { return; }
      let token = min(firstToken + local / ${heldBlocks(tokens)}, uniforms.tokens - 1);
      let at = uniforms.inputAt + token * uniforms.inputStride + block * 8;
      var largest = vec4<f32>(0.0);
      for (var j = 0; j < 8; j++) { largest = max(largest, abs(x[at + j])); }
      let top = max(max(largest.x, largest.y), max(largest.z, largest.w));
      let inverse = select(0.0, ${LARGEST[bytes]}.0 / top, top > 1e-30);
      var sums = vec4<i32>(0);
      for (var j = 0; j < 8; j++) {
        let quants = vec4<i32>(round(x[at + j] * inverse));
        sums += quants;
        let word = local * ${words} + j;
        ${
          bytes === 1
            ? 'inputQuants[word] = pack4xI8(quants);'
            : `inputQuants[word] = pack4xI8((quants + vec4<i32>(128)) >> vec4<u32>(8u));
        inputQuants[word + 8] = pack4xI8(quants);`
        }
      }
      let scale = top / ${LARGEST[bytes]}.0;
      inputScales[local] = vec2<f32>(scale, scale * f32(sums.x + sums.y + sums.z + sums.w));
    }`
}

/** `fn <name>PackedBlock(row, block, slot)`: adds a block's product with each token to `<name>Sums`; a token's slots are `heldBlocks` apart. */
export function packedBlockWgsl(format: PackedFormat, name: string, tokens: number, bytes: ActivationBytes): string {
  const words = 8 * bytes
  const dots = (j: number, at: string, first: number) =>
    `dot4I8Packed(front[${j}], inputQuants[${at} + ${first + j}]) + dot4I8Packed(back[${j}], inputQuants[${at} + ${first + 4 + j}])`
  const products = (j: number, at: string) =>
    bytes === 1 ? dots(j, at, 0) : `256 * (${dots(j, at, 0)}) + ${dots(j, at, 8)}`
  return `
    fn ${name}PackedBlock(row : i32, block : i32, slot : i32) {
      let own = row * uniforms.blocks + block;
      ${unpacked[format](`${name}Quants`, `${name}Scales`)}
      ${each(
        tokens,
        (t) => `
      let at${t} = (slot + ${t * heldBlocks(tokens)}) * ${words};
      let product${t} = ${each(4, (j) => `${j === 0 ? '' : '+ '}${products(j, `at${t}`)}`)};
      let scales${t} = inputScales[slot + ${t * heldBlocks(tokens)}];
      ${name}Sums[${t}] += scale * scales${t}.x * f32(product${t}) + minimum * scales${t}.y;`,
      )}
    }`
}

/** WGSL of `front` and `back`, the block's first and last 16 weights as bytes, `scale` and `minimum`; layout: ../weight-format.ts. */
const unpacked: Readonly<Record<PackedFormat, (quants: string, scales: string) => string>> = {
  int8: (quants, scales) => `
      let pair = unpack2x16float(bitcast<u32>(${scales}[row * ((uniforms.blocks + 1) / 2) + block / 2]));
      let scale = select(pair.x, pair.y, block % 2 == 1);
      let minimum = 0.0;
      let front = bitcast<vec4<u32>>(${quants}[own * 2]);
      let back = bitcast<vec4<u32>>(${quants}[own * 2 + 1]);`,
  int4: (quants, scales) => `
      let ends = unpack2x16float(bitcast<u32>(${scales}[own]));
      let scale = ends.x;
      let minimum = ends.y;
      let nibbles = bitcast<vec4<u32>>(${quants}[own]);
      let front = nibbles & vec4<u32>(0x0f0f0f0fu);
      let back = (nibbles >> vec4<u32>(4u)) & vec4<u32>(0x0f0f0f0fu);`,
}
