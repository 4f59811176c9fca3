import type { TensorFormat } from '../../../model/tensor.ts'
import type { KernelInput } from '../kernel.ts'

/** The buffers of weights called `name`, in the order kernels list them: quants, then scales where the format has any. */
export function weightInputs(format: TensorFormat, name: string): KernelInput[] {
  const quants: KernelInput = { name: `${name}Quants`, width: 4 }
  return format === 'f32' || format === 'f16' ? [quants] : [quants, { name: `${name}Scales`, width: 1 }]
}

/**
 * WGSL of `fn <name>Block(row, block, blocks) -> array<vec4<f32>, 8>`: 32 weights of a row of `blocks` blocks, in column order.
 * Layout: ../weight-format.ts. Bytes are taken by shifts, because `unpack4x8snorm` turns -128 into -127.
 */
export function unpackWgsl(format: TensorFormat, name: string): string {
  return `
    fn ${name}Block(row : i32, block : i32, blocks : i32) -> array<vec4<f32>, 8> {
      var w : array<vec4<f32>, 8>;
      let at = row * blocks + block;
      ${bodies[format](`${name}Quants`, `${name}Scales`)}
      return w;
    }`
}

const bodies: Readonly<Record<TensorFormat, (quants: string, scales: string) => string>> = {
  f32: (quants) => `
      for (var j = 0; j < 8; j++) { w[j] = bitcast<vec4<f32>>(${quants}[at * 8 + j]); }`,
  f16: (quants) => `
      for (var j = 0; j < 4; j++) {
        let q = bitcast<vec4<u32>>(${quants}[at * 4 + j]);
        w[2 * j] = vec4<f32>(unpack2x16float(q.x), unpack2x16float(q.y));
        w[2 * j + 1] = vec4<f32>(unpack2x16float(q.z), unpack2x16float(q.w));
      }`,
  int8: (quants, scales) => `
      let pair = unpack2x16float(bitcast<u32>(${scales}[row * ((blocks + 1) / 2) + block / 2]));
      let scale = select(pair.x, pair.y, block % 2 == 1);
      for (var j = 0; j < 8; j++) {
        let bytes = vec4<i32>(${quants}[at * 2 + j / 4][j % 4]) << vec4<u32>(24u, 16u, 8u, 0u);
        w[j] = scale * vec4<f32>(bytes >> vec4<u32>(24u));
      }`,
  int4: (quants, scales) => `
      let scaleAndMinimum = unpack2x16float(bitcast<u32>(${scales}[at]));
      let q = bitcast<vec4<u32>>(${quants}[at]);
      for (var j = 0; j < 4; j++) {
        let low = (vec4<u32>(q[j]) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(15u);
        let high = (vec4<u32>(q[j]) >> vec4<u32>(4u, 12u, 20u, 28u)) & vec4<u32>(15u);
        w[j] = scaleAndMinimum.x * vec4<f32>(low) + scaleAndMinimum.y;
        w[j + 4] = scaleAndMinimum.x * vec4<f32>(high) + scaleAndMinimum.y;
      }`,
}
