import type { Norm } from '../../../model/config.ts'
import { BLOCK_SIZE } from '../../../model/tensor.ts'
import { kernelNamed, WORKGROUP_SIZE } from '../kernel.ts'
import type { KernelRunner } from '../kernel-runner.ts'
import type { WeightMatrix } from '../weight-matrix.ts'
import type { InnerWeights } from './gate-up.ts'
import { joinTile, type TileJoin } from './join-tile.ts'
import { type LayerRows, paddedSize } from './rows.ts'
import { activatedTokensWgsl, tileProductWgsl, tileTokens, tileWgsl } from './tile.ts'
import { weightInputs } from './unpack.ts'

/** Blocks of inner columns that a workgroup holds at a time. */
const HELD_BLOCKS = 8

/** Floats of a token in workgroup memory. */
export function feedForwardFloats(size: number): number {
  return paddedSize(size) + HELD_BLOCKS * BLOCK_SIZE
}

/** My columns of a feed-forward. */
export interface OwnFeedForward {
  inner: InnerWeights
  down: WeightMatrix
  /** Column of `down` where my own columns begin (it is widened to whole blocks). */
  ownColumn: number
}

/**
 * The waiting sum joined to the layer's stream, and of that my contribution: down(activation(up x)) in place of the sum, of matrices in
 * one part. Without `own` only the join. One dispatch.
 */
export function feedForwardTile(
  gpu: KernelRunner,
  { stream, partial }: LayerRows,
  waiting: TileJoin,
  own: OwnFeedForward | null,
  norm: Norm,
  tokenCount: number,
): void {
  const size = stream.stride
  const tokens = tileTokens(tokenCount, feedForwardFloats(size))
  const join = joinTile(waiting, norm, size)
  const part = own && feedForwardPart(own, size)
  const kernel = kernelNamed(`feed-forward-tile-${tokens}-${join.name}-${part?.name ?? 'none'}`, () => ({
    inputs: [...(part?.inputs ?? []), ...join.inputs],
    uniforms: ['tokens', 'streamAt', 'partialAt', ...(part ? ['rows', 'blocks', 'ownColumn'] : [])],
    wgsl: `
    ${tileWgsl(tokens)}
    ${join.wgsl}
    ${own && part ? `${activatedTokensWgsl(own.inner.activation, tokens)} ${part.wgsl}` : ''}
    fn main(index : i32) {
      let local = i32(localId.x);
      join(local);
      for (var i = local; i < ${size}; i += ${WORKGROUP_SIZE}) { put(uniforms.streamAt + i, ${size}, joined[i]); }
      ${part ? 'feedForward(local);' : ''}
    }`,
  }))
  const uniforms = [tokenCount, stream.offset, partial.offset, ...(part?.uniforms ?? [])]
  gpu.run(kernel, [...(part?.arrays ?? []), ...join.arrays], stream.array, uniforms, [Math.ceil(tokenCount / tokens)])
}

/** `fn feedForward(local)` of what is `joined`: some inner columns at a time, of which every thread takes its rows' share. */
function feedForwardPart({ inner: { up, activation }, down, ownColumn }: OwnFeedForward, size: number) {
  const [upPart, downPart] = [up.parts[0]!, down.parts[0]!]
  const rowsPerThread = Math.ceil(size / WORKGROUP_SIZE)
  const biased = up.bias !== null
  return {
    name: `${upPart.format}-${downPart.format}-${activation}-${biased}`,
    inputs: [
      ...weightInputs(upPart.format, 'up'),
      ...weightInputs(downPart.format, 'down'),
      ...(biased ? [{ name: 'upBias', width: 1 } as const] : []),
    ],
    arrays: [...upPart.buffers, ...downPart.buffers, ...(up.bias ? [up.bias] : [])],
    uniforms: [up.rowCount, down.blocks, ownColumn],
    wgsl: `
    var<workgroup> inner : array<Tokens, ${HELD_BLOCKS * BLOCK_SIZE}>;
    ${tileProductWgsl('up', upPart.format, 'joined')}
    ${tileProductWgsl('down', downPart.format, 'inner')}
    fn feedForward(local : i32) {
      var sums : array<Tokens, ${rowsPerThread}>;
      for (var start = 0; start < uniforms.blocks; start += ${HELD_BLOCKS}) {
        for (var i = local; i < ${HELD_BLOCKS * BLOCK_SIZE}; i += ${WORKGROUP_SIZE}) {
          let row = start * ${BLOCK_SIZE} + i - uniforms.ownColumn;
          var value = Tokens();
          if (row >= 0 && row < uniforms.rows) {
            value = activatedTokens(upProduct(row, 0, ${up.blocks}, ${up.blocks}, 0)${biased ? ' + upBias[row]' : ''});
          }
          inner[i] = value;
        }
        workgroupBarrier();
        for (var n = 0; n < ${rowsPerThread}; n++) {
          let row = local + n * ${WORKGROUP_SIZE};
          if (row < ${size}) { sums[n] += downProduct(row, start, min(start + ${HELD_BLOCKS}, uniforms.blocks), uniforms.blocks, 0); }
        }
        workgroupBarrier();
      }
      for (var n = 0; n < ${rowsPerThread}; n++) {
        let row = local + n * ${WORKGROUP_SIZE};
        if (row < ${size}) { put(uniforms.partialAt + row, ${size}, sums[n]); }
      }
    }`,
  }
}
