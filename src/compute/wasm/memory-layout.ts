// Where everything lies in the WASM memory of one shard, decided before the first byte comes:
//   | thread control | records | norms and weights | scratch | KV chunk | KV chunk | ...      the end grows with the conversation
import { rangeLength } from '../../base/ranges.ts'
import { queryHeadsPerKvHead, rotatedSizeOf } from '../../model/config.ts'
import { isVector, type ShardTensor, type TensorFormat, tensorKey } from '../../model/tensor.ts'
import type { ShardSublayer } from '../../plan/shard-plan.ts'
import type { ExecutorSetup } from '../executor.ts'
import { GROUP_ROWS, groupBytes } from './interleave.ts'
import { CONTROL_BYTES, type RecordName, type RecordValues, recordBytes } from './structures.ts'

/** Tokens a sublayer call takes at once; a longer step is cut into tiles. */
export const TILE = 32
/** Tokens the output head takes at once: logits are wide. */
export const HEAD_TILE = 4
/** Positions the KV cache grows by. */
const CHUNK_POSITIONS = 128

export interface Placement {
  tensor: ShardTensor
  /** Norm gains and RoPE factors: one plain float32 row. */
  vector: boolean
  address: number
  byteLength: number
  columns: number
  rowCount: number
}

export interface MemoryLayout {
  placements: ReadonlyMap<string, Placement>
  workspaceAddress: number
  workspace: RecordValues<'Workspace'>
  /** Address for one record of each sublayer and the head, by order of `reserveRecord` calls at load. */
  recordsStart: number
  recordsEnd: number
  weightBytes: number
  /** Everything but the KV cache. */
  fixedBytes: number
  chunkCount: number
  /** Of each attention sublayer's keys in a chunk, by sublayer index. */
  cacheOffsets: readonly number[]
  threads: number
}

const FORMAT_CODES: Readonly<Record<TensorFormat, number>> = { f32: 0, f16: 1, int8: 2, int4: 3 }

/** Hands out addresses, 64-byte aligned. */
class Arena {
  next: number

  constructor(start: number) {
    this.next = start
  }

  take(byteLength: number): number {
    const address = Math.ceil(this.next / 64) * 64
    this.next = address + byteLength
    return address
  }
}

export function planMemory({ config, shard, tensors }: ExecutorSetup, threads: number): MemoryLayout {
  const arena = new Arena(CONTROL_BYTES)
  const workspaceAddress = arena.take(recordBytes('Workspace'))
  const recordsStart = arena.take(recordArea(shard.sublayers))
  const recordsEnd = arena.next
  const placements = new Map(tensors.map((tensor) => [tensorKey(tensor), place(tensor, arena)]))
  const weightBytes = [...placements.values()].reduce((sum, { byteLength }) => sum + byteLength, 0)

  const { headSize, hiddenSize, positions } = config
  const headStride = roundUp(headSize, 4)
  const chunkPositions = Math.min(CHUNK_POSITIONS, shard.contextLength)
  const tile = Math.min(TILE, shard.contextLength)
  const most = (roles: readonly string[], size: (placement: Placement) => number) =>
    Math.max(0, ...[...placements.values()].filter(({ tensor }) => roles.includes(tensor.role)).map(size))
  const paddedRows = ({ rowCount }: Placement) => roundUp(rowCount, GROUP_ROWS)
  const floats = (count: number) => arena.take(count * 4)
  const innerColumns = most(['attentionOutput', 'down'], ({ columns }) => columns)
  const quantizedColumns = Math.max(hiddenSize, innerColumns)
  const queryHeads = most(['query'], ({ rowCount }) => rowCount) / headSize
  const scoresBytes = roundUp((shard.contextLength + 4 + headStride) * 4, 64)
  const { chunkBytes, cacheOffsets } = cacheChunk(shard.sublayers, chunkPositions * headStride * 2 * 4)
  const scratch = {
    input: floats(tile * hiddenSize),
    turns: floats(tile * rotatedSizeOf(config)),
    normed: floats(tile * hiddenSize),
    first: floats(tile * most(['query', 'gate'], paddedRows)),
    second: floats(tile * most(['key', 'up'], paddedRows)),
    third: floats(tile * most(['value'], paddedRows)),
    rotated: floats(tile * queryHeads * headStride),
    inner: floats(tile * innerColumns),
    bytes: arena.take(tile * quantizedColumns),
    words: arena.take(tile * quantizedColumns * 2),
    scales: arena.take((tile * quantizedColumns) / 2),
    scores: arena.take(threads * scoresBytes),
    output: floats(
      Math.max(tile * roundUp(hiddenSize, GROUP_ROWS), HEAD_TILE * (rangeLength(shard.vocabulary) + 2 * GROUP_ROWS)),
    ),
  }
  const cache = arena.take(0)
  return {
    placements,
    workspaceAddress,
    workspace: {
      hiddenSize,
      epsilon: config.norm.epsilon,
      headSize,
      headStride,
      rotatedSize: rotatedSizeOf(config),
      halfSplit: positions.kind === 'rope' && positions.layout === 'half-split' ? 1 : 0,
      queryHeadsPerKvHead: queryHeadsPerKvHead(config),
      cache,
      chunkPositions,
      chunkBytes,
      scoresBytes,
      ...scratch,
    },
    recordsStart,
    recordsEnd,
    weightBytes,
    fixedBytes: cache,
    chunkCount: chunkBytes === 0 ? 0 : Math.ceil(shard.contextLength / chunkPositions),
    cacheOffsets,
    threads,
  }
}

/** The kernels' view of a matrix, or of its rows `start..end` widened to whole groups. */
export function matrixRecord(
  { tensor, address, columns, rowCount }: Placement,
  start = 0,
  end = rowCount,
): RecordValues<'Matrix'> {
  const firstGroup = Math.floor(start / GROUP_ROWS)
  return {
    address: address + firstGroup * groupBytes(tensor.format, columns),
    format: FORMAT_CODES[tensor.format],
    groups: Math.ceil(end / GROUP_ROWS) - firstGroup,
    columns,
  }
}

function place(tensor: ShardTensor, arena: Arena): Placement {
  const columns = rangeLength(tensor.columns)
  const rowCount = rangeLength(tensor.rows)
  const vector = isVector(tensor.role)
  const byteLength = vector ? columns * 4 : Math.ceil(rowCount / GROUP_ROWS) * groupBytes(tensor.format, columns)
  return { tensor, vector, address: arena.take(byteLength), byteLength, columns, rowCount }
}

function recordArea(sublayers: readonly ShardSublayer[]): number {
  const bytes = (name: RecordName, matrices: number) => recordBytes(name) + matrices * recordBytes('Matrix')
  const perSublayer = sublayers.map(({ kind }) =>
    kind === 'attention' ? bytes('Attention', 4) : bytes('FeedForward', 3),
  )
  return perSublayer.reduce((sum, size) => sum + size, bytes('Head', 1))
}

/** A chunk holds the same positions of all attention sublayers: [sublayer][KV head][keys, values][position][headStride]. */
function cacheChunk(sublayers: readonly ShardSublayer[], headBytes: number) {
  let chunkBytes = 0
  const cacheOffsets = sublayers.map((sublayer) => {
    const offset = chunkBytes
    if (sublayer.kind === 'attention') chunkBytes += rangeLength(sublayer.kvHeads) * headBytes
    return offset
  })
  return { chunkBytes, cacheOffsets }
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit
}
