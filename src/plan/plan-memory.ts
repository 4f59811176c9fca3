// What a shard weighs on its device. Weights and KV cache are exact; buffers are what a forward pass of `stepTokens` tokens needs.
import { rangeLength } from '../base/ranges.ts'
import { type ModelConfig, streamWidth } from '../model/config.ts'
import { bytesOf, type ShardTensor, type TensorFormat, tensorKey } from '../model/tensor.ts'
import type { ExecutorKind } from './device-profile.ts'
import type { Shard } from './shard-plan.ts'
import { shardTensors, type TensorFormats } from './shard-tensors.ts'

/**
 * Bytes of a number in the KV cache: executors keep float32, but WASM halves where all weights that make keys and values are quantized,
 * since then nothing more is lost. `formats` are those of these weights.
 */
export function kvValueBytes(executor: ExecutorKind, formats: readonly TensorFormat[]): 2 | 4 {
  return executor === 'wasm' && formats.every((format) => format === 'int8' || format === 'int4') ? 2 : 4
}

/** The same of a whole model. */
export function modelKvValueBytes({ layerCount }: ModelConfig, formats: TensorFormats, executor: ExecutorKind): 2 | 4 {
  const layers = Array.from({ length: layerCount }, (_, layer) => layer)
  const formatOf = (role: 'key' | 'value') => layers.map((layer) => formats[tensorKey({ role, layer })] ?? 'f32')
  return kvValueBytes(executor, [...formatOf('key'), ...formatOf('value')])
}

/** Tokens of the longest step of a causal model (one chunk of prefill). */
const CHUNK_TOKENS = 128

/** Tokens of the longest step that buffers are planned for: an encoder sees its whole text at once. */
export function stepTokens({ causal, contextLength }: ModelConfig): number {
  return causal ? Math.min(CHUNK_TOKENS, contextLength) : contextLength
}

/**
 * Positions that a KV cache holds. With an attention window, position p lies in row p % kvPositions: of a step of `stepTokens` tokens
 * every one finds its window.
 */
export function kvPositions(config: ModelConfig, contextLength: number): number {
  const { attentionWindow } = config
  return attentionWindow === null ? contextLength : Math.min(contextLength, attentionWindow + stepTokens(config) - 1)
}

/** Bytes by what they are for; the total is what is held against `DeviceProfile.memoryBytes`. */
export interface ShardMemory {
  weightBytes: number
  kvBytes: number
  bufferBytes: number
  totalBytes: number
}

export function tensorBytes({ format, rows, columns }: ShardTensor): number {
  return bytesOf(format, rangeLength(rows), rangeLength(columns))
}

/** What the shard takes on `executor`; `valueBytes` is `modelKvValueBytes`, for whoever asks hundreds of times. */
export function shardMemory(
  config: ModelConfig,
  shard: Shard,
  formats: TensorFormats,
  executor: ExecutorKind,
  valueBytes = modelKvValueBytes(config, formats, executor),
): ShardMemory {
  const tensors = shardTensors(config, shard, formats)
  const onceBytes = tensors.reduce((sum, tensor) => sum + tensorBytes(inExecutor(tensor, executor)), 0)
  const weightBytes = onceBytes + heldTwiceBytes(config, shard, formats, executor)
  const kvBytes = valueBytes * kvValues(config, shard)
  const bufferBytes = activationBytes(config, shard)
  return { weightBytes, kvBytes, bufferBytes, totalBytes: weightBytes + kvBytes + bufferBytes }
}

/** The slow ones hold everything in float32, whatever the file has. */
function inExecutor(tensor: ShardTensor, executor: ExecutorKind): ShardTensor {
  return executor === 'wasm' || executor === 'webgpu' ? tensor : { ...tensor, format: 'f32' }
}

/** What computes outside main memory: a leader looks tokens up there, so of a tied embedding its vocabulary rows are held once more. */
const computeElsewhere: readonly ExecutorKind[] = ['webgpu', 'tfjs-webgl', 'tfjs-wasm']

function heldTwiceBytes(
  { tiedEmbeddings, embedding }: ModelConfig,
  { rank, vocabulary }: Shard,
  formats: TensorFormats,
  executor: ExecutorKind,
): number {
  if (!computeElsewhere.includes(executor) || rank !== 0 || !tiedEmbeddings) return 0
  const held = executor === 'webgpu' ? formats.tokenEmbedding : 'f32'
  return bytesOf(held ?? 'f32', rangeLength(vocabulary), embedding.size)
}

/** Numbers in the KV cache: per attention sublayer K and V, `[kvPositions, kvHeads held, D]` each. */
function kvValues(config: ModelConfig, { sublayers, contextLength }: Shard): number {
  const heads = sublayers.reduce(
    (sum, sublayer) => sum + ('kvHeads' in sublayer ? rangeLength(sublayer.kvHeads) : 0),
    0,
  )
  return 2 * kvPositions(config, contextLength) * heads * config.headSize
}

/** The residual stream, its norm, a partial and a sum; queries and their attention, keys and values; gate and up; one row of logits. */
function activationBytes(config: ModelConfig, { sublayers, vocabulary, contextLength }: Shard): number {
  const { hiddenSize, headSize, bottleneck } = config
  const stream = bottleneck ? 4 * streamWidth(config) : 0
  const tokens = Math.min(stepTokens(config), contextLength)
  let heads = 0
  let columns = 0
  for (const sublayer of sublayers) {
    if (sublayer.kind === 'attention') {
      heads = Math.max(heads, rangeLength(sublayer.queryHeads) + rangeLength(sublayer.kvHeads))
    } else columns = Math.max(columns, rangeLength(sublayer.ffn))
  }
  return 4 * (tokens * (4 * hiddenSize + stream + 2 * headSize * heads + 2 * columns) + rangeLength(vocabulary))
}
