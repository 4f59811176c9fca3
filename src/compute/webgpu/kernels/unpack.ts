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

type Body = (quants: string, scales: string) => string

/** Written out, not looped: an array indexed by a variable would leave the registers. */
const bodies: Readonly<Record<TensorFormat, Body>> = {
  f32: (quants) => each(8, (j) => `w[${j}] = bitcast<vec4<f32>>(${quants}[at * 8 + ${j}]);`),
  f16: (quants) =>
    each(
      4,
      (j) => `
      let q${j} = bitcast<vec4<u32>>(${quants}[at * 4 + ${j}]);
      w[${2 * j}] = vec4<f32>(unpack2x16float(q${j}.x), unpack2x16float(q${j}.y));
      w[${2 * j + 1}] = vec4<f32>(unpack2x16float(q${j}.z), unpack2x16float(q${j}.w));`,
    ),
  int8: (quants, scales) => `
      let pair = unpack2x16float(bitcast<u32>(${scales}[row * ((blocks + 1) / 2) + block / 2]));
      let scale = select(pair.x, pair.y, block % 2 == 1);
      let left = vec4<u32>(24u, 16u, 8u, 0u);
      let right = vec4<u32>(24u);
      let q0 = ${quants}[at * 2];
      let q1 = ${quants}[at * 2 + 1];
      ${each(8, (j) => `w[${j}] = scale * vec4<f32>((vec4<i32>(q${j >> 2}[${j & 3}]) << left) >> right);`)}`,
  int4: (quants, scales) => `
      let s = unpack2x16float(bitcast<u32>(${scales}[at]));
      let q = bitcast<vec4<u32>>(${quants}[at]);
      let low = vec4<u32>(0u, 8u, 16u, 24u);
      let high = vec4<u32>(4u, 12u, 20u, 28u);
      let nibble = vec4<u32>(15u);
      ${each(
        4,
        (j) => `
      w[${j}] = s.x * vec4<f32>((vec4<u32>(q[${j}]) >> low) & nibble) + s.y;
      w[${j + 4}] = s.x * vec4<f32>((vec4<u32>(q[${j}]) >> high) & nibble) + s.y;`,
      )}`,
}

/** `make(0)` to `make(count - 1)`, line by line. */
export function each(count: number, make: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => make(i)).join('\n')
}
