import type { Norm } from '../../../model/config.ts'
import type { GpuArray } from '../gpu-array.ts'
import { kernelNamed, WORKGROUP_SIZE } from '../kernel.ts'
import type { KernelRunner } from '../kernel-runner.ts'
import type { WeightMatrix } from '../weight-matrix.ts'
import { type LayerRows, paddedSize } from './rows.ts'
import { tileNormWgsl, tileProductWgsl, tileTokens, tileWgsl } from './tile.ts'
import { weightInputs } from './unpack.ts'

/** From the residual stream to the layer's own, and to my queries, keys and values; both matrices are in one part. */
export interface LayerEntry {
  /** Whether queries and keys come from a bottleneck of their own and values from the residual stream; else all from the layer's stream. */
  shared: boolean
  /** Over the residual stream: the layer's stream, the shared bottleneck, values (these two only of `shared`). */
  outer: WeightMatrix
  /** Gain and bias of the layer's stream, then of the shared bottleneck. */
  norms: GpuArray
  /** Over the shared bottleneck queries and keys, or over the layer's stream queries, keys and values; null where I hold no heads. */
  inner: WeightMatrix | null
}

/** Floats of a token in workgroup memory: the residual stream [padded H], the layer's, and what `inner` multiplies [padded S]. */
export function entryFloats(hiddenSize: number, size: number, shared: boolean): number {
  return paddedSize(hiddenSize) + (shared ? size : 0) + paddedSize(size)
}

/** Leaves the layer's stream normed in its rows, and queries, keys and values in the first rows of the buffer. One dispatch. */
export function enterLayer(
  gpu: KernelRunner,
  { main, stream }: LayerRows,
  { shared, outer, norms, inner }: LayerEntry,
  norm: Norm,
  tokenCount: number,
): void {
  const [size, width] = [stream.stride, main.size]
  const tokens = tileTokens(tokenCount, entryFloats(width, size, shared))
  /** Rows of `outer` that are normed; after them come values. */
  const normedRows = shared && inner ? 2 * size : size
  const innerRows = inner?.rowCount ?? 0
  const matrices = [{ name: 'outer', matrix: outer, tile: 'residual' }]
  if (inner) matrices.push({ name: 'inner', matrix: inner, tile: 'made' })
  const biased = matrices.filter(({ matrix }) => matrix.bias !== null)
  const biasOf = (name: string) => (biased.some((other) => other.name === name) ? ` + ${name}Bias[row]` : '')
  const formats = matrices.map(({ matrix }) => matrix.parts[0]!.format).join('-')
  const kernel = kernelNamed(
    `enter-layer-${tokens}-${width}-${size}-${shared}-${formats}-${biased.map(({ name }) => name).join('-')}-${norm.kind}-${norm.epsilon}`,
    () => ({
      inputs: [
        ...matrices.flatMap(({ name, matrix }) => weightInputs(matrix.parts[0]!.format, name)),
        ...biased.map(({ name }) => ({ name: `${name}Bias`, width: 1 as const })),
        { name: 'gains', width: 1 },
      ],
      uniforms: ['tokens', 'residualAt', 'streamAt', 'outerRows', 'innerRows', 'projectedSize'],
      wgsl: `
    ${tileWgsl(tokens)}
    var<workgroup> residual : array<Tokens, ${paddedSize(width)}>;
    var<workgroup> made : array<Tokens, ${normedRows - size + paddedSize(size)}>;
    ${matrices.map(({ name, matrix, tile }) => tileProductWgsl(name, matrix.parts[0]!.format, tile)).join('')}
    ${tileNormWgsl('normMade', norm, size, 'made', 'gains')}
    fn main(index : i32) {
      let local = i32(localId.x);
      for (var i = local; i < ${width}; i += ${WORKGROUP_SIZE}) { residual[i] = taken(uniforms.residualAt + i, ${width}); }
      workgroupBarrier();
      for (var row = local; row < uniforms.outerRows; row += ${WORKGROUP_SIZE}) {
        let value = outerProduct(row, 0, ${outer.blocks}, ${outer.blocks}, 0)${biasOf('outer')};
        if (row < ${normedRows}) { made[row] = value; }
        else { put(uniforms.innerRows - ${normedRows} + row, uniforms.projectedSize, value); }
      }
      workgroupBarrier();
      for (var at = 0; at < ${normedRows}; at += ${size}) { normMade(local, at, 2 * at); }
      workgroupBarrier();
      for (var i = local; i < ${size}; i += ${WORKGROUP_SIZE}) { put(uniforms.streamAt + i, ${size}, made[i]); }
      ${
        inner
          ? `
      for (var row = local; row < uniforms.innerRows; row += ${WORKGROUP_SIZE}) {
        put(row, uniforms.projectedSize, innerProduct(row, 0, ${inner.blocks}, ${inner.blocks}, ${normedRows - size})${biasOf('inner')});
      }`
          : ''
      }
    }`,
    }),
  )
  const inputs = [
    ...matrices.flatMap(({ matrix }) => matrix.parts[0]!.buffers),
    ...biased.flatMap(({ matrix }) => matrix.bias ?? []),
    norms,
  ]
  const projectedSize = innerRows + outer.rowCount - normedRows
  const uniforms = [tokenCount, main.residualOffset, stream.offset, outer.rowCount, innerRows, projectedSize]
  gpu.run(kernel, inputs, main.array, uniforms, [Math.ceil(tokenCount / tokens)])
}
