// Quantized weights times quantized activations: four products an instruction (WGSL's dot4I8Packed). A block of 32 activations is
// quantized to int8 with one scale, as llama.cpp does (Q8_0), by each workgroup for itself: 64 blocks of each token at a time, which all
// its rows then multiply. It is exact integer arithmetic within a block, so only that rounding differs from the plain way.
import type { TensorFormat } from '../../../model/tensor.ts'
import { WORKGROUP_SIZE } from '../kernel.ts'

/** Blocks of a token that a workgroup holds quantized. */
export const PACKED_BLOCKS = WORKGROUP_SIZE

export type PackedFormat = Extract<TensorFormat, 'int8' | 'int4'>

export function isPacked(format: TensorFormat): format is PackedFormat {
  return format === 'int8' || format === 'int4'
}

/** `fn quantizeInput(local, base, firstToken)`: blocks `base..base + 64` of the tokens, for everybody after a barrier. */
export function quantizeWgsl(tokens: number): string {
  const slots = tokens * PACKED_BLOCKS
  return `
    var<workgroup> inputQuants : array<u32, ${slots * 8}>;
    /** A block's scale, and that times the sum of its quants. */
    var<workgroup> inputScales : array<vec2<f32>, ${slots}>;
    fn quantizeInput(local : i32, base : i32, firstToken : i32) {
      for (var slot = local; slot < ${slots}; slot += ${WORKGROUP_SIZE}) {
        let block = base + slot % ${PACKED_BLOCKS};
        let token = min(firstToken + slot / ${PACKED_BLOCKS}, uniforms.tokens - 1);
        if (block >= uniforms.blocks) { continue; }
        let at = uniforms.inputAt + token * uniforms.inputStride + block * 8;
        var largest = vec4<f32>(0.0);
        for (var j = 0; j < 8; j++) { largest = max(largest, abs(x[at + j])); }
        let top = max(max(largest.x, largest.y), max(largest.z, largest.w));
        let inverse = select(0.0, 127.0 / top, top > 1e-30);
        var sum = 0;
        for (var j = 0; j < 8; j++) {
          let word = pack4xI8(vec4<i32>(round(x[at + j] * inverse)));
          inputQuants[slot * 8 + j] = word;
          sum += dot4I8Packed(word, 0x01010101u);
        }
        inputScales[slot] = vec2<f32>(top / 127.0, top / 127.0 * f32(sum));
      }
    }`
}

/** `fn <name>PackedBlock(row, block, slot)`: adds a block's product with each token to `<name>Sums`; a token's slots are 64 apart. */
export function packedBlockWgsl(format: PackedFormat, name: string, tokens: number): string {
  return `
    fn ${name}PackedBlock(row : i32, block : i32, slot : i32) {
      let at = row * uniforms.blocks + block;
      ${unpacked[format](`${name}Quants`, `${name}Scales`)}
      for (var t = 0; t < ${tokens}; t++) {
        let own = slot + t * ${PACKED_BLOCKS};
        var product = 0;
        for (var j = 0; j < 4; j++) {
          product += dot4I8Packed(low[j], inputQuants[own * 8 + j]) + dot4I8Packed(high[j], inputQuants[own * 8 + j + 4]);
        }
        let scales = inputScales[own];
        ${name}Sums[t] += scale * scales.x * f32(product) + minimum * scales.y;
      }
    }`
}

/** WGSL of `low` and `high`, the block's first and last 16 weights as bytes, `scale` and `minimum`; layout: ../weight-format.ts. */
const unpacked: Readonly<Record<PackedFormat, (quants: string, scales: string) => string>> = {
  int8: (quants, scales) => `
      let pair = unpack2x16float(bitcast<u32>(${scales}[row * ((uniforms.blocks + 1) / 2) + block / 2]));
      let scale = select(pair.x, pair.y, block % 2 == 1);
      let minimum = 0.0;
      let low = bitcast<vec4<u32>>(${quants}[at * 2]);
      let high = bitcast<vec4<u32>>(${quants}[at * 2 + 1]);`,
  int4: (quants, scales) => `
      let ends = unpack2x16float(bitcast<u32>(${scales}[at]));
      let scale = ends.x;
      let minimum = ends.y;
      let nibbles = bitcast<vec4<u32>>(${quants}[at]);
      let low = nibbles & vec4<u32>(0x0f0f0f0fu);
      let high = (nibbles >> vec4<u32>(4u)) & vec4<u32>(0x0f0f0f0fu);`,
}
