// Describes a shard to the kernels: one record for each sublayer that this rank has a part of, and one for its output head.
import { ModelFormatError } from '../../base/errors.ts'
import { isEmpty, rangeLength } from '../../base/ranges.ts'
import type { ModelConfig } from '../../model/config.ts'
import { type TensorRole, tensorKey } from '../../model/tensor.ts'
import type { Shard } from '../../plan/shard-plan.ts'
import { GROUP_ROWS } from './interleave.ts'
import { type MemoryLayout, matrixRecord, type Placement } from './memory-layout.ts'
import { type RecordName, type RecordValues, recordBytes, writeRecord } from './structures.ts'

export interface ShardRecords {
  /** Address of each sublayer's record; null where this rank has no part. */
  sublayers: readonly (number | null)[]
  /** `firstRow` of its `groups` of rows is my first vocabulary row; null where I have none. */
  head: { address: number; groups: number; firstRow: number } | null
  /** Address of the final norm's gains. */
  outputNorm: number
}

/** Writes the workspace record and all others. Throws `model-format` where a tensor the shard needs is not among its tensors. */
export function writeRecords(
  config: ModelConfig,
  shard: Shard,
  layout: MemoryLayout,
  buffer: ArrayBufferLike,
): ShardRecords {
  let next = layout.recordsStart
  const write = <Name extends RecordName>(name: Name, values: RecordValues<Name>): number => {
    const address = next
    next += recordBytes(name)
    writeRecord(buffer, address, name, values)
    return address
  }
  const find = (role: TensorRole, layer: number | null = null): Placement => {
    const placement = layout.placements.get(tensorKey({ role, layer }))
    if (!placement) throw new ModelFormatError(`This shard holds no ${tensorKey({ role, layer })}.`)
    return placement
  }
  const matrix = (role: TensorRole, layer: number) => write('Matrix', matrixRecord(find(role, layer)))

  writeRecord(buffer, layout.workspaceAddress, 'Workspace', layout.workspace)
  const sublayers = shard.sublayers.map((sublayer, index) => {
    const { layer } = sublayer
    if (sublayer.kind === 'feedForward') {
      if (isEmpty(sublayer.ffn)) return null
      return write('FeedForward', {
        norm: find('ffnNorm', layer).address,
        gate: matrix('gate', layer),
        up: matrix('up', layer),
        down: matrix('down', layer),
        size: rangeLength(sublayer.ffn),
        innerOffset: sublayer.ffn.start - find('down', layer).tensor.columns.start,
      })
    }
    const { queryHeads, kvHeads } = sublayer
    if (isEmpty(queryHeads)) return null
    return write('Attention', {
      norm: find('attentionNorm', layer).address,
      query: matrix('query', layer),
      key: matrix('key', layer),
      value: matrix('value', layer),
      projection: matrix('attentionOutput', layer),
      firstQueryHead: queryHeads.start,
      queryHeads: rangeLength(queryHeads),
      firstKvHead: kvHeads.start,
      kvHeads: rangeLength(kvHeads),
      innerOffset: queryHeads.start * config.headSize - find('attentionOutput', layer).tensor.columns.start,
      cacheOffset: layout.cacheOffsets[index]!,
    })
  })
  const outputNorm = find('outputNorm').address
  return { sublayers, head: writeHead(shard, layout, outputNorm, write), outputNorm }
}

/** With tied embeddings the leader's head is a view of its embedding, widened to whole groups of rows. */
function writeHead(
  { vocabulary }: Shard,
  { placements }: MemoryLayout,
  norm: number,
  write: <Name extends RecordName>(name: Name, values: RecordValues<Name>) => number,
): ShardRecords['head'] {
  if (isEmpty(vocabulary)) return null
  const output = placements.get('output')
  const tied = placements.get('tokenEmbedding')
  const placement = output ?? tied
  if (!placement) throw new ModelFormatError('This shard holds neither output rows nor the token embedding.')
  const start = vocabulary.start - placement.tensor.rows.start
  const record = matrixRecord(placement, start, start + rangeLength(vocabulary))
  const address = write('Head', { norm, rows: write('Matrix', record) })
  return { address, groups: record.groups, firstRow: start % GROUP_ROWS }
}
