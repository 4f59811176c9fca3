// A small random model as whole tensors in resident blocks, and cuts of them for any shard: what executors are tested on.
import { floatToHalf } from '../../src/base/half.ts'
import { rangeLength } from '../../src/base/ranges.ts'
import type { ExecutorLoader } from '../../src/compute/executor.ts'
import type { ModelConfig } from '../../src/model/config.ts'
import {
  bytesOf,
  FORMAT_LAYOUT,
  type ShardTensor,
  type TensorFormat,
  type WeightPiece,
} from '../../src/model/tensor.ts'
import type { AttentionSlice, FeedForwardSlice, Shard } from '../../src/plan/shard-plan.ts'
import type { TensorFormats } from '../../src/plan/shard-tensors.ts'
import { normal, seededRandom } from './random.ts'

export interface TinyModel {
  config: ModelConfig
  formats: TensorFormats
  /** Bytes of the rows and columns of `tensor` out of the whole one. */
  cut(tensor: ShardTensor): Uint8Array
}

/** A LLaMA-shaped config; override what the test is about. */
export function tinyConfig(overrides: Partial<ModelConfig> = {}): ModelConfig {
  const headSize = overrides.headSize ?? 16
  return {
    architecture: 'llama',
    family: 'LLaMA',
    layerCount: 2,
    hiddenSize: 96,
    headCount: 6,
    kvHeadCount: 3,
    headSize,
    ffnSize: 160,
    vocabSize: 101,
    contextLength: 64,
    norm: { kind: 'rms', epsilon: 1e-5, placement: 'pre' },
    activation: 'silu',
    positions: { kind: 'rope', theta: 10000, layout: 'half-split', rotatedSize: headSize, scaling: { kind: 'none' } },
    tiedEmbeddings: false,
    ...overrides,
  }
}

/** Random blocks in `format` wherever a tensor's columns allow (else f32), values of about 1 / sqrt(columns). */
export function tinyModel(config: ModelConfig, format: TensorFormat, seed = 1, ropeFactors = false): TinyModel {
  const { hiddenSize: H, ffnSize: F, vocabSize: V, headSize: D } = config
  const [query, kv] = [config.headCount * D, config.kvHeadCount * D]
  const shapes = new Map<string, [rows: number, columns: number]>([
    ['tokenEmbedding', [V, H]],
    ['outputNorm', [1, H]],
  ])
  if (!config.tiedEmbeddings) shapes.set('output', [V, H])
  if (ropeFactors) shapes.set('ropeFactors', [1, config.positions.rotatedSize / 2])
  for (let layer = 0; layer < config.layerCount; layer++) {
    const matrices = {
      query: [query, H],
      key: [kv, H],
      value: [kv, H],
      attentionOutput: [H, query],
      gate: [F, H],
      up: [F, H],
      down: [H, F],
    } as const
    for (const [role, [rows, columns]] of Object.entries(matrices)) shapes.set(`${role}.${layer}`, [rows, columns])
    for (const role of ['attentionNorm', 'ffnNorm']) shapes.set(`${role}.${layer}`, [1, H])
  }
  const random = normal(seededRandom(seed))
  const formats: Record<string, TensorFormat> = {}
  const tensors = new Map<string, { bytes: Uint8Array; columns: number }>()
  for (const [key, [rows, columns]] of shapes) {
    const vector = rows === 1
    const own = !vector && columns % FORMAT_LAYOUT[format].blockSize === 0 ? format : 'f32'
    formats[key] = own
    tensors.set(key, {
      columns,
      bytes: vector ? vectorBytes(columns, random) : randomBlocks(own, rows, columns, random),
    })
  }
  return {
    config,
    formats,
    cut({ role, layer, format: own, rows, columns }) {
      const key = layer === null ? role : `${role}.${layer}`
      const whole = tensors.get(key) ?? tensors.get('tokenEmbedding')!
      const rowBytes = bytesOf(own, 1, whole.columns)
      const [first, length] = [bytesOf(own, 1, columns.start), bytesOf(own, 1, rangeLength(columns))]
      const out = new Uint8Array(rangeLength(rows) * length)
      for (let row = 0; row < rangeLength(rows); row++) {
        const at = (rows.start + row) * rowBytes + first
        out.set(whole.bytes.subarray(at, at + length), row * length)
      }
      return out
    },
  }
}

/** Writes every tensor of a shard in pieces of `rowsPerPiece` rows. */
export async function writeAll(
  model: TinyModel,
  tensors: readonly ShardTensor[],
  loader: ExecutorLoader,
  rowsPerPiece = 24,
): Promise<void> {
  for (const tensor of tensors) {
    const bytes = model.cut(tensor)
    const rowCount = rangeLength(tensor.rows)
    const rowBytes = bytes.length / rowCount
    for (let firstRow = 0; firstRow < rowCount; firstRow += rowsPerPiece) {
      const count = Math.min(rowsPerPiece, rowCount - firstRow)
      const piece: WeightPiece = {
        tensor,
        firstRow,
        rowCount: count,
        bytes: bytes.slice(firstRow * rowBytes, (firstRow + count) * rowBytes),
      }
      await loader.write(piece)
    }
  }
}

/** Shards by hand: per rank `[query head end, FFN column end, vocabulary row end]`, so that a test does not lean on the planner. */
export function shardsByHand(config: ModelConfig, ends: readonly (readonly [number, number, number])[]): Shard[] {
  const group = config.headCount / config.kvHeadCount
  return ends.map(([headEnd, ffnEnd, vocabEnd], rank) => {
    const [headStart, ffnStart, vocabStart] = ends[rank - 1] ?? [0, 0, 0]
    const kvStart = Math.floor(headStart / group)
    const attention: AttentionSlice = {
      queryHeads: { start: headStart, end: headEnd },
      kvHeads:
        headEnd > headStart ? { start: kvStart, end: Math.ceil(headEnd / group) } : { start: kvStart, end: kvStart },
    }
    const feedForward: FeedForwardSlice = { ffn: { start: ffnStart, end: ffnEnd } }
    return {
      rank,
      worldSize: ends.length,
      epoch: 1,
      contextLength: config.contextLength,
      vocabulary: { start: vocabStart, end: vocabEnd },
      sublayers: Array.from({ length: config.layerCount }, (_, layer) => [
        { kind: 'attention' as const, layer, hold: 'split' as const, ...attention },
        { kind: 'feedForward' as const, layer, hold: 'split' as const, ...feedForward },
      ]).flat(),
    }
  })
}

function vectorBytes(count: number, random: () => number): Uint8Array {
  return new Uint8Array(Float32Array.from({ length: count }, () => 1 + 0.1 * random()).buffer)
}

function randomBlocks(format: TensorFormat, rows: number, columns: number, random: () => number): Uint8Array {
  const out = new Uint8Array(bytesOf(format, rows, columns))
  const view = new DataView(out.buffer)
  const deviation = 1 / Math.sqrt(columns)
  const { bytesPerBlock } = FORMAT_LAYOUT[format]
  const byte = () => Math.floor(((Math.tanh(random()) + 1) / 2) * 255.99)
  for (let at = 0; at < out.length; at += bytesPerBlock) {
    if (format === 'f32') view.setFloat32(at, deviation * random(), true)
    else if (format === 'f16') view.setUint16(at, floatToHalf(deviation * random()), true)
    else {
      const scale = deviation * (0.5 + Math.abs(random()))
      const steps = format === 'int8' ? 64 : 4
      view.setUint16(at, floatToHalf(scale / steps), true)
      if (format === 'int4') view.setUint16(at + 2, floatToHalf((-7.5 * scale) / steps), true)
      for (let i = format === 'int8' ? 2 : 4; i < bytesPerBlock; i++) out[at + i] = byte()
    }
  }
  return out
}
