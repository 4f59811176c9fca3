// Describes a shard to the kernels: of each sublayer what this rank computes and what follows its sum, and the output head.
import { ModelFormatError } from '../../base/errors.ts'
import { isEmpty, rangeLength } from '../../base/ranges.ts'
import type { ModelConfig } from '../../model/config.ts'
import { isLastOfLayer } from '../../model/model-tensors.ts'
import type { Shard, ShardSublayer } from '../../plan/shard-plan.ts'
import { GROUP_ROWS } from './interleave.ts'
import type { MemoryLayout } from './memory-layout.ts'
import { matrixRecord, type Placement } from './placements.ts'
import { type RecordWriter, recordWriter } from './record-writer.ts'
import { recordBytes, writeRecord } from './structures.ts'

/** Rows of the output head over some of the hidden values: `firstRow` of its `groups` of rows is my first vocabulary row. */
export interface HeadPart {
  address: number
  groups: number
  firstRow: number
}

export interface JoinRecord {
  address: number
  /** Reads the residual stream, or changes it: a layer with a bottleneck begins or ends here. */
  usesResidual: boolean
}

export interface ShardRecords {
  /** Address of a list of all sublayers' records and joins. */
  list: number
  /** Address of each sublayer's record; null where this rank has no part. */
  sublayers: readonly (number | null)[]
  /** What follows each sublayer's sum; null where that is added and no more. */
  joins: readonly (JoinRecord | null)[]
  /** Their logits add up; empty where I have no vocabulary rows. */
  head: readonly HeadPart[]
  /** Address of the final norm, 0 where there is none. */
  outputNorm: number
}

/** Writes the workspace record and all others. Throws `model-format` where a tensor the shard needs is not among its tensors. */
export function writeRecords(
  config: ModelConfig,
  shard: Shard,
  layout: MemoryLayout,
  buffer: ArrayBufferLike,
): ShardRecords {
  writeRecord(buffer, layout.workspaceAddress, 'Workspace', layout.workspace)
  const writer = recordWriter(config, layout, buffer)
  const outputNorm = config.norm.placement === 'pre' ? writer.norm('outputNorm', null) : 0
  const sublayers = shard.sublayers.map((sublayer, index) =>
    sublayer.kind === 'attention'
      ? writeAttention(config, sublayer, layout.cacheOffsets[index]!, writer)
      : writeFeedForward(config, sublayer, writer),
  )
  const joins = shard.sublayers.map((sublayer) => writeJoin(config, sublayer, writer))
  const head = writeHead(config, shard, outputNorm, writer)
  return { list: writeList(shard, sublayers, joins, writer), sublayers, joins, head, outputNorm }
}

/** At least the bytes of all records of such sublayers and a head. */
export function recordArea(sublayers: readonly ShardSublayer[]): number {
  const parts = (count: number) => count * (recordBytes('Matrix') + recordBytes('Norm'))
  const perSublayer = sublayers.map(
    ({ kind }) =>
      recordBytes('Sublayer') +
      recordBytes('Join') +
      (kind === 'attention' ? recordBytes('Attention') + parts(6) : recordBytes('FeedForward') + parts(4)),
  )
  return perSublayer.reduce((sum, size) => sum + size, 2 * recordBytes('Head') + parts(3))
}

function writeAttention(
  { norm, bottleneck, queryKeyNorm, headSize }: ModelConfig,
  { layer, queryHeads, kvHeads }: ShardSublayer & { kind: 'attention' },
  cacheOffset: number,
  { write, get, matrix, norm: writeNorm, headNorm }: RecordWriter,
): number | null {
  if (isEmpty(queryHeads)) return null
  const narrow = bottleneck && (bottleneck.sharedKeyQuery ? 'sharedBottleneck' : 'inputBottleneck')
  return write('Attention', {
    norm: norm.placement === 'pre' ? writeNorm('attentionNorm', layer) : 0,
    bottleneck: narrow ? matrix(narrow, layer) : 0,
    bottleneckNorm: narrow ? writeNorm(`${narrow}Norm`, layer) : 0,
    valueOfResidual: bottleneck?.sharedKeyQuery ? 1 : 0,
    query: matrix('query', layer),
    key: matrix('key', layer),
    value: matrix('value', layer),
    queryNorm: queryKeyNorm ? headNorm('queryNorm', layer) : 0,
    keyNorm: queryKeyNorm ? headNorm('keyNorm', layer) : 0,
    projection: write('Matrix', matrixRecord(get('attentionOutput', layer))),
    firstQueryHead: queryHeads.start,
    queryHeads: rangeLength(queryHeads),
    firstKvHead: kvHeads.start,
    kvHeads: rangeLength(kvHeads),
    innerOffset: queryHeads.start * headSize - get('attentionOutput', layer).tensor.columns.start,
    cacheOffset,
  })
}

function writeFeedForward(
  { norm, gated }: ModelConfig,
  { layer, ffn }: ShardSublayer & { kind: 'feedForward' },
  { write, get, matrix, norm: writeNorm }: RecordWriter,
): number | null {
  if (isEmpty(ffn)) return null
  return write('FeedForward', {
    norm: norm.placement === 'pre' ? writeNorm('ffnNorm', layer) : 0,
    gate: gated ? matrix('gate', layer) : 0,
    up: matrix('up', layer),
    down: write('Matrix', matrixRecord(get('down', layer))),
    size: rangeLength(ffn),
    innerOffset: ffn.start - get('down', layer).tensor.columns.start,
  })
}

function writeJoin(
  { norm, bottleneck, feedForwardsPerLayer }: ModelConfig,
  { kind, layer }: ShardSublayer,
  { write, find, matrix, norm: writeNorm }: RecordWriter,
): JoinRecord | null {
  const [bias, ownNorm] =
    kind === 'attention' ? (['attentionOutputBias', 'attentionNorm'] as const) : (['downBias', 'ffnNorm'] as const)
  const narrows = bottleneck !== null && kind === 'attention'
  const widens = bottleneck !== null && kind === 'feedForward' && isLastOfLayer(feedForwardsPerLayer, layer)
  const biasAddress = find(bias, layer)?.address ?? 0
  if (biasAddress === 0 && norm.placement === 'pre' && !narrows && !widens) return null
  const address = write('Join', {
    narrow: narrows ? matrix('inputBottleneck', layer) : 0,
    narrowNorm: narrows ? writeNorm('inputBottleneckNorm', layer) : 0,
    bias: biasAddress,
    norm: norm.placement === 'post' ? writeNorm(ownNorm, layer) : 0,
    widen: widens ? matrix('outputBottleneck', layer) : 0,
    widenNorm: widens ? writeNorm('outputBottleneckNorm', layer) : 0,
  })
  return { address, usesResidual: narrows || widens }
}

/** Records that are written one after the other lie side by side. */
function writeList(
  shard: Shard,
  records: ShardRecords['sublayers'],
  joins: ShardRecords['joins'],
  { write, next }: RecordWriter,
): number {
  const start = next()
  for (const [index, { kind }] of shard.sublayers.entries()) {
    const record = records[index] ?? 0
    const [attention, feedForward] = kind === 'attention' ? [record, 0] : [0, record]
    write('Sublayer', { attention, feedForward, join: joins[index]?.address ?? 0 })
  }
  return start
}

/** With tied embeddings the leader's rows are a view of its embedding, widened to whole groups. A narrow embedding has `outputExtra` beside it. */
function writeHead(
  { head, tiedEmbeddings, embedding }: ModelConfig,
  { vocabulary }: Shard,
  norm: number,
  { write, find, matrix, norm: writeNorm }: RecordWriter,
): HeadPart[] {
  if (head === 'none' || isEmpty(vocabulary)) return []
  const rows = find('output') ?? find('tokenEmbedding')
  if (!rows) throw new ModelFormatError('This shard holds neither output rows nor the token embedding.')
  const masked = head === 'masked-language'
  const transform = masked ? matrix('headTransform', null) : 0
  const transformNorm = masked ? writeNorm('headNorm', null, 'layer') : 0
  const part = (placement: Placement, firstColumn: number, bias: number): HeadPart => {
    const start = vocabulary.start - placement.tensor.rows.start
    const firstRow = start % GROUP_ROWS
    const record = matrixRecord(placement, bias && bias - firstRow * 4, start, start + rangeLength(vocabulary))
    const values = { norm, transform, transformNorm, rows: write('Matrix', record), firstColumn }
    return { address: write('Head', values), groups: record.groups, firstRow }
  }
  const first = part(rows, 0, find('outputBias')?.address ?? 0)
  const extra = tiedEmbeddings ? find('outputExtra') : undefined
  return extra ? [first, part(extra, embedding.size, 0)] : [first]
}
