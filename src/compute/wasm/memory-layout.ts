// Where everything lies in the WASM memory of one shard, decided before the first byte comes:
//   | thread control | records | weights | scratch | KV chunk | KV chunk | ...      the end grows with the conversation
import { rangeLength } from '../../base/ranges.ts'
import { type Activation, queryHeadsPerKvHead, rotatedSizeOf, streamWidth } from '../../model/config.ts'
import { type ShardTensor, type TensorRole, tensorKey } from '../../model/tensor.ts'
import { kvPositions, kvValueBytes } from '../../plan/plan-memory.ts'
import type { ShardSublayer } from '../../plan/shard-plan.ts'
import type { ExecutorSetup } from '../executor.ts'
import { GROUP_ROWS } from './interleave.ts'
import { Arena, type Placement, place, roundUp } from './placements.ts'
import { recordArea } from './shard-records.ts'
import { attentionScratchBytes, CONTROL_BYTES, LOGIT_BLOCK, type RecordValues, recordBytes } from './structures.ts'
import { HEAD_TILE, TILE } from './tiles.ts'

/** Positions the KV cache grows by, or a little less, so that chunks fill it evenly. */
const CHUNK_POSITIONS = 128
/** Chunks hold a multiple of it (assembly/attention.ts). */
const POSITION_UNIT = 16

export interface MemoryLayout {
  placements: ReadonlyMap<string, Placement>
  workspaceAddress: number
  workspace: RecordValues<'Workspace'>
  /** Where `writeRecords` puts its records. */
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

const ACTIVATION_CODES: Readonly<Record<Activation, number>> = { silu: 0, gelu: 1, 'gelu-tanh': 2, relu: 3 }

export function planMemory(setup: ExecutorSetup, threads: number): MemoryLayout {
  const { config, shard, tensors } = setup
  const { headSize, hiddenSize, positions, causal, attentionWindow } = config
  const arena = new Arena(CONTROL_BYTES)
  const workspaceAddress = arena.take(recordBytes('Workspace'))
  const recordsStart = arena.take(recordArea(shard.sublayers))
  const recordsEnd = arena.next
  const placements = new Map(tensors.map((tensor) => [tensorKey(tensor), place(tensor, arena)]))
  const weightBytes = [...placements.values()].reduce((sum, { byteLength }) => sum + byteLength, 0)

  const headStride = roundUp(headSize, 8)
  const capacity = kvPositions(config, shard.contextLength)
  const chunkPositions = roundUp(Math.ceil(capacity / Math.ceil(capacity / CHUNK_POSITIONS)), POSITION_UNIT)
  const halfCache = keepsHalves(tensors)
  const headBytes = chunkPositions * headStride * 2 * (halfCache ? 2 : 4)
  const { chunkBytes, cacheOffsets } = cacheChunk(shard.sublayers, headBytes)
  const scratch = takeScratch(setup, placements, threads, arena)
  const cache = arena.take(0)
  return {
    placements,
    workspaceAddress,
    workspace: {
      hiddenSize,
      streamWidth: streamWidth(config),
      headSize,
      headStride,
      rotatedSize: rotatedSizeOf(config),
      halfSplit: positions.kind === 'rope' && positions.layout === 'half-split' ? 1 : 0,
      queryHeadsPerKvHead: queryHeadsPerKvHead(config),
      causal: causal ? 1 : 0,
      attentionWindow: causal ? (attentionWindow ?? 0) : 0,
      activation: ACTIVATION_CODES[config.activation],
      // Without statistics no norm brings the rounding of bytes back down: it was 0.39 of the largest value after two layers.
      fine: config.norm.kind === 'affine' ? 1 : 0,
      halfCache: halfCache ? 1 : 0,
      overflow: 0,
      cache,
      capacity,
      chunkPositions,
      chunkBytes,
      ...scratch,
    },
    recordsStart,
    recordsEnd,
    weightBytes,
    fixedBytes: cache,
    chunkCount: chunkBytes === 0 ? 0 : Math.ceil(capacity / chunkPositions),
    cacheOffsets,
    threads,
  }
}

/** The workspace's buffers: what one tile of tokens needs, and of queries what a whole step does where all see all. */
function takeScratch(
  { config, shard, tensors }: ExecutorSetup,
  placements: ReadonlyMap<string, Placement>,
  threads: number,
  arena: Arena,
) {
  const { headSize, hiddenSize, causal, bottleneck } = config
  const { contextLength, vocabulary } = shard
  const tile = Math.min(TILE, contextLength)
  const width = streamWidth(config)
  const headStride = roundUp(headSize, 8)
  const most = (roles: readonly TensorRole[], size: (placement: Placement) => number) =>
    Math.max(0, ...[...placements.values()].filter(({ tensor }) => roles.includes(tensor.role)).map(size))
  const paddedRows = ({ rowCount }: Placement) => roundUp(rowCount, GROUP_ROWS)
  const queryHeads = most(['query'], ({ rowCount }) => rowCount) / headSize
  const innerColumns = most(['attentionOutput', 'down'], ({ columns }) => columns)
  const quantizedColumns = Math.max(hiddenSize, width, innerColumns)
  const scratchBytes = queryHeads === 0 ? 0 : attentionScratchBytes(headStride, keepsHalves(tensors))
  const firstRoles = ['query', 'gate', 'inputBottleneck', 'sharedBottleneck', 'headTransform'] as const
  const resultColumns = roundUp(bottleneck ? Math.max(hiddenSize, width) : width, GROUP_ROWS)
  const residual = arena.floats(tile * hiddenSize)
  return {
    residual,
    stream: bottleneck ? arena.floats(tile * width) : residual,
    sum: arena.floats(tile * width),
    mask: causal ? 0 : arena.floats(contextLength),
    turns: arena.floats(tile * rotatedSizeOf(config)),
    normed: arena.floats(tile * Math.max(hiddenSize, width)),
    first: arena.floats(tile * most(firstRoles, paddedRows)),
    second: arena.floats(tile * most(['key', 'up'], paddedRows)),
    third: arena.floats(tile * most(['value'], paddedRows)),
    queries: arena.floats((causal ? tile : contextLength) * queryHeads * headStride),
    inner: arena.floats(Math.max(tile * innerColumns, HEAD_TILE * hiddenSize)),
    ...takeQuantized(tile * quantizedColumns, arena),
    scratch: arena.take(threads * scratchBytes),
    scratchBytes,
    output: arena.floats(Math.max(tile * resultColumns, HEAD_TILE * (rangeLength(vocabulary) + 2 * GROUP_ROWS))),
    logitBlocks: arena.take(8 * (1 + Math.ceil(rangeLength(vocabulary) / LOGIT_BLOCK))),
  }
}

/** Two quantized copies of as many activations. */
function takeQuantized(count: number, arena: Arena) {
  const copy = () => ({ bytes: arena.take(count), words: arena.take(count * 2), scales: arena.take(count / 2) })
  const first = copy()
  return { ...first, innerCopy: copy().bytes - first.bytes }
}

/** A chunk holds the same positions of all attention sublayers: [sublayer][KV head][keys, values] (assembly/key-value-cache.ts). */
function cacheChunk(sublayers: readonly ShardSublayer[], headBytes: number) {
  let chunkBytes = 0
  const cacheOffsets = sublayers.map((sublayer) => {
    const offset = chunkBytes
    if (sublayer.kind === 'attention') chunkBytes += rangeLength(sublayer.kvHeads) * headBytes
    return offset
  })
  return { chunkBytes, cacheOffsets }
}

function keepsHalves(tensors: readonly ShardTensor[]): boolean {
  const made = tensors.filter(({ role }) => role === 'key' || role === 'value')
  return (
    kvValueBytes(
      'wasm',
      made.map(({ format }) => format),
    ) === 2
  )
}
