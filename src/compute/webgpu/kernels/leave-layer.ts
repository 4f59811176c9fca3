import type { Norm } from '../../../model/config.ts'
import type { GpuArray } from '../gpu-array.ts'
import { kernelNamed, WORKGROUP_SIZE } from '../kernel.ts'
import type { KernelRunner } from '../kernel-runner.ts'
import type { WeightMatrix } from '../weight-matrix.ts'
import { joinTile, type TileJoin } from './join-tile.ts'
import { type LayerRows, paddedSize } from './rows.ts'
import { tileNormWgsl, tileProductWgsl, tileTokens, tileWgsl } from './tile.ts'
import { weightInputs } from './unpack.ts'

/** From the layer's stream back into the residual stream; the matrix is in one part. */
export interface LayerExit {
  matrix: WeightMatrix
  /** Over the residual stream after that. */
  norm: GpuArray
}

/** The waiting sum joined to the layer's stream, and that to the residual stream, with its copy in whole blocks. One dispatch. */
export function leaveLayer(
  gpu: KernelRunner,
  { main, stream, partial }: LayerRows,
  waiting: TileJoin,
  { matrix: { parts, blocks, bias }, norm: gains }: LayerExit,
  norm: Norm,
  tokenCount: number,
): void {
  const [size, width] = [stream.stride, main.size]
  const { format, buffers } = parts[0]!
  const tokens = tileTokens(tokenCount, paddedSize(size) + width)
  const join = joinTile(waiting, norm, size)
  const kernel = kernelNamed(`leave-layer-${tokens}-${width}-${format}-${bias !== null}-${join.name}`, () => ({
    inputs: [
      ...weightInputs(format, 'exit'),
      ...(bias ? [{ name: 'exitBias', width: 1 } as const] : []),
      { name: 'gains', width: 1 },
      ...join.inputs,
    ],
    uniforms: ['tokens', 'streamAt', 'partialAt', 'residualAt', 'normedAt'],
    wgsl: `
    ${tileWgsl(tokens)}
    ${join.wgsl}
    var<workgroup> residual : array<Tokens, ${width}>;
    ${tileProductWgsl('exit', format, 'joined')}
    ${tileNormWgsl('normResidual', norm, width, 'residual', 'gains')}
    fn main(index : i32) {
      let local = i32(localId.x);
      join(local);
      for (var row = local; row < ${width}; row += ${WORKGROUP_SIZE}) {
        let widened = exitProduct(row, 0, ${blocks}, ${blocks}, 0)${bias ? ' + exitBias[row]' : ''};
        residual[row] = taken(uniforms.residualAt + row, ${width}) + widened;
      }
      workgroupBarrier();
      normResidual(local, 0, 0);
      workgroupBarrier();
      for (var row = local; row < ${width}; row += ${WORKGROUP_SIZE}) {
        put(uniforms.residualAt + row, ${width}, residual[row]);
        put(uniforms.normedAt + row, ${paddedSize(width)}, residual[row]);
      }
    }`,
  }))
  const inputs = [...buffers, ...(bias ? [bias] : []), gains, ...join.arrays]
  const uniforms = [tokenCount, stream.offset, partial.offset, main.residualOffset, main.normedOffset]
  gpu.run(kernel, inputs, main.array, uniforms, [Math.ceil(tokenCount / tokens)])
}
