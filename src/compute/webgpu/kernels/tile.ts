// Several products one after the other in one dispatch. Everything but attention looks at one token alone, so a workgroup takes a tile of
// tokens through all of it: their activations stay in workgroup memory, a value of each token side by side (`Tokens`), and a thread
// computes whole rows of a matrix. Weights are unpacked to floats: between two such products nothing is rounded.
import type { Activation, Norm } from '../../../model/config.ts'
import { BLOCK_SIZE, type TensorFormat } from '../../../model/tensor.ts'
import { WORKGROUP_SIZE } from '../kernel.ts'
import { activatedWgsl } from './activation.ts'
import { each, unpackWgsl } from './unpack.ts'

/** Workgroup memory that every device has. */
export const WORKGROUP_BYTES = 16_384

/** Tokens of a tile. */
export type TileTokens = 1 | 4

/** As many as `floats` a token leave room for. */
export function tileTokens(tokenCount: number, floats: number): TileTokens {
  return tokenCount === 1 || floats * 4 * 4 > WORKGROUP_BYTES ? 1 : 4
}

/**
 * WGSL of the type `Tokens`, a value of each token of the tile, and its way from and to `result`, whose rows begin at `at` and are
 * `stride` long: `taken(at, stride)` and `put(at, stride, value)`. Reads the uniform `tokens`; the tokens past it are the last one again.
 */
export function tileWgsl(tokens: TileTokens): string {
  const row = (t: number) => `(i32(workgroupId.x) * ${tokens} + ${t})`
  return `
    alias Tokens = ${tokens === 1 ? 'f32' : `vec${tokens}<f32>`};
    fn taken(at : i32, stride : i32) -> Tokens {
      return ${ofEach(tokens, (t) => `result[at + min(${row(t)}, uniforms.tokens - 1) * stride]`)};
    }
    fn put(at : i32, stride : i32, value : Tokens) {
      ${each(tokens, (t) => `if (${row(t)} < uniforms.tokens) { result[at + ${row(t)} * stride] = ${ofToken(tokens, t)}; }`)}
    }`
}

/** WGSL of `fn activatedTokens(value : Tokens) -> Tokens`. */
export function activatedTokensWgsl(activation: Activation, tokens: TileTokens): string {
  return `
    ${activatedWgsl(activation)}
    fn activatedTokens(value : Tokens) -> Tokens { return ${ofEach(tokens, (t) => `activated(${ofToken(tokens, t)})`)}; }`
}

/** WGSL of `fn <name>Product(row, start, end, blocks, at) -> Tokens`: of a row of `blocks` the blocks `start..end`, times `tile` from `at` on. */
export function tileProductWgsl(name: string, format: TensorFormat, tile: string): string {
  return `
    ${unpackWgsl(format, name)}
    fn ${name}Product(row : i32, start : i32, end : i32, blocks : i32, at : i32) -> Tokens {
      var sum = Tokens();
      for (var block = start; block < end; block++) {
        let w = ${name}Block(row, block, blocks);
        let first = at + (block - start) * ${BLOCK_SIZE};
        var part = Tokens();
        ${each(BLOCK_SIZE, (i) => `part += w[${i >> 2}][${i & 3}] * ${tile}[first + ${i}];`)}
        sum += part;
      }
      return sum;
    }`
}

/**
 * WGSL of `fn <name>(local, at, gainsAt)`, which the whole workgroup calls between two barriers: norms `size` values of `tile` from `at` on,
 * by what lies in `gains` from `gainsAt` on. Every thread finds the statistics for itself.
 */
export function tileNormWgsl(name: string, { kind, epsilon }: Norm, size: number, tile: string, gains: string): string {
  const sumOf = (value: string) => `for (var i = 0; i < ${size}; i++) { ${value} }`
  const statistics = `
      ${kind === 'layer' ? `${sumOf(`mean += ${tile}[at + i];`)} mean /= ${size}.0;` : ''}
      var square = Tokens();
      ${sumOf(`let off = ${tile}[at + i] - mean; square += off * off;`)}
      let scale = 1.0 / sqrt(square / ${size}.0 + ${epsilon.toExponential()});
      workgroupBarrier();`
  return `
    fn ${name}(local : i32, at : i32, gainsAt : i32) {
      var mean = Tokens();
      ${kind === 'affine' ? 'let scale = 1.0;' : statistics}
      for (var i = local; i < ${size}; i += ${WORKGROUP_SIZE}) {
        let normed = (${tile}[at + i] - mean) * scale * ${gains}[gainsAt + i];
        ${tile}[at + i] = normed${kind === 'rms' ? '' : ` + ${gains}[gainsAt + ${size} + i]`};
      }
    }`
}

function ofEach(tokens: TileTokens, value: (t: number) => string): string {
  return `Tokens(${Array.from({ length: tokens }, (_, t) => value(t)).join(', ')})`
}

function ofToken(tokens: TileTokens, t: number): string {
  return tokens === 1 ? 'value' : `value[${t}]`
}
