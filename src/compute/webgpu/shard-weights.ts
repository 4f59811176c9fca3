// What a shard holds on the GPU, allocated whole before the first byte comes, and where each tensor's rows go.
import { ModelFormatError } from '../../base/errors.ts'
import { intersect, isEmpty, range, rangeLength } from '../../base/ranges.ts'
import { rotatedSizeOf } from '../../model/config.ts'
import { BLOCK_SIZE, type ShardTensor, type TensorRole, tensorKey } from '../../model/tensor.ts'
import type { ShardSublayer } from '../../plan/shard-plan.ts'
import type { ExecutorSetup } from '../executor.ts'
import type { GpuSession } from './gpu-session.ts'
import type { GpuArray } from './tfjs-device.ts'
import { TokenEmbedding } from './token-embedding.ts'
import { allocateMatrix, rowsPerPart, type WeightMatrix, writeRows } from './weight-matrix.ts'

export interface AttentionWeights {
  kind: 'attention'
  slice: ShardSublayer & { kind: 'attention' }
  gain: GpuArray
  /** Rows of my query heads, then key, then value of my KV heads. */
  projection: WeightMatrix
  output: WeightMatrix
  /** Column of `output` where my own heads begin (it is widened to whole blocks). */
  ownColumn: number
}

export interface FeedForwardWeights {
  kind: 'feedForward'
  gain: GpuArray
  gate: WeightMatrix
  up: WeightMatrix
  down: WeightMatrix
  /** Column of `down` where my own columns begin. */
  ownColumn: number
}

/** Takes some whole rows of one tensor, in file blocks. */
export type RowSink = (firstRow: number, rowCount: number, bytes: Uint8Array) => void

export interface ShardWeights {
  /** null where my slice of the sublayer is empty. */
  sublayers: readonly (AttentionWeights | FeedForwardWeights | null)[]
  outputGain: GpuArray
  /** My vocabulary rows; null when I hold none. */
  head: WeightMatrix | null
  embedding: TokenEmbedding | null
  /** Filled while loading; empty until then. */
  ropeFactors: Float32Array | null
  sinks: ReadonlyMap<string, RowSink>
  byteLength: number
}

/** Allocates; throws `model-format` where a tensor that the shard needs is not listed. */
export function allocateShardWeights(
  gpu: GpuSession,
  { config, shard, tensors }: Pick<ExecutorSetup, 'config' | 'shard' | 'tensors'>,
): ShardWeights {
  const listed = new Map(tensors.map((tensor) => [tensorKey(tensor), tensor]))
  const sinks = new Map<string, RowSink>()
  let byteLength = 0

  const get = (role: TensorRole, layer: number | null): ShardTensor => {
    const tensor = listed.get(tensorKey({ role, layer }))
    if (!tensor)
      throw new ModelFormatError(`The shard needs ${tensorKey({ role, layer })}, which the model does not list.`)
    return tensor
  }
  const vector = (role: TensorRole, layer: number | null): GpuArray => {
    const array = gpu.allocate(config.hiddenSize * 4, 'float32')
    byteLength += array.byteLength
    sinks.set(tensorKey({ role, layer }), (_first, _count, bytes) => gpu.write(array, 0, bytes))
    return array
  }
  const matrix = (roles: readonly TensorRole[], layer: number | null, partRows?: number): WeightMatrix => {
    const stack = roles.map((role) => get(role, layer))
    const made = allocateMatrix(
      gpu,
      stack.map(({ format, rows }) => ({ format, rowCount: rangeLength(rows) })),
      rangeLength(stack[0]!.columns),
      partRows,
    )
    let above = 0
    for (const tensor of stack) {
      const at = above
      sinks.set(tensorKey(tensor), (first, count, bytes) => writeRows(gpu, made, at + first, count, bytes))
      above += rangeLength(tensor.rows)
    }
    byteLength += made.byteLength
    return made
  }

  const attention = (slice: ShardSublayer & { kind: 'attention' }): AttentionWeights | null => {
    const gain = vector('attentionNorm', slice.layer)
    if (isEmpty(slice.queryHeads)) return null
    const output = get('attentionOutput', slice.layer)
    return {
      kind: 'attention',
      slice,
      gain,
      projection: matrix(['query', 'key', 'value'], slice.layer),
      output: matrix(['attentionOutput'], slice.layer),
      ownColumn: slice.queryHeads.start * config.headSize - output.columns.start,
    }
  }
  const feedForward = ({ layer, ffn }: ShardSublayer & { kind: 'feedForward' }): FeedForwardWeights | null => {
    const gain = vector('ffnNorm', layer)
    if (isEmpty(ffn)) return null
    const pair = [get('gate', layer), get('up', layer)]
    const partRows = Math.min(...pair.map(({ format }) => rowsPerPart(format, config.hiddenSize, gpu.bindingBytes)))
    return {
      kind: 'feedForward',
      gain,
      gate: matrix(['gate'], layer, partRows),
      up: matrix(['up'], layer, partRows),
      down: matrix(['down'], layer),
      ownColumn: ffn.start - get('down', layer).columns.start,
    }
  }
  const tiedHead = (tensor: ShardTensor): { head: WeightMatrix; sink: RowSink } => {
    const rowCount = rangeLength(shard.vocabulary)
    const head = allocateMatrix(gpu, [{ format: tensor.format, rowCount }], config.hiddenSize)
    byteLength += head.byteLength
    const sink: RowSink = (first, count, bytes) => {
      const mine = intersect(range(first, first + count), shard.vocabulary)
      if (isEmpty(mine)) return
      const rowBytes = bytes.byteLength / count
      const cut = bytes.subarray((mine.start - first) * rowBytes, (mine.end - first) * rowBytes)
      writeRows(gpu, head, mine.start - shard.vocabulary.start, rangeLength(mine), cut)
    }
    return { head, sink }
  }

  const sublayers = shard.sublayers.map((slice) => (slice.kind === 'attention' ? attention(slice) : feedForward(slice)))
  const outputGain = vector('outputNorm', null)
  const table = listed.get('tokenEmbedding')
  const embedding = table ? new TokenEmbedding(table) : null
  byteLength += embedding?.bytes.byteLength ?? 0
  const tied = table && config.tiedEmbeddings && !isEmpty(shard.vocabulary) ? tiedHead(table) : null
  const head = tied?.head ?? (listed.has('output') ? matrix(['output'], null) : null)
  if (embedding)
    sinks.set('tokenEmbedding', (first, count, bytes) => {
      embedding.write(first, bytes)
      tied?.sink(first, count, bytes)
    })
  const ropeFactors = listed.has('ropeFactors') ? new Float32Array(rotatedSizeOf(config) / 2) : null
  if (ropeFactors)
    sinks.set('ropeFactors', (_first, _count, bytes) => ropeFactors.set(new Float32Array(bytes.slice().buffer)))
  return { sublayers, outputGain, head, embedding, ropeFactors, sinks, byteLength }
}

/** Floats in a row of activations that `matrix` multiplies. */
export function inputStride({ blocks }: WeightMatrix): number {
  return blocks * BLOCK_SIZE
}
