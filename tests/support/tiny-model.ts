// A small random model as whole tensors in resident blocks, and cuts of them for any shard: what executors are tested on.
import { floatToHalf } from '../../src/base/half.ts'
import { rangeLength } from '../../src/base/ranges.ts'
import type { ExecutorLoader } from '../../src/compute/executor.ts'
import { type ModelConfig, plainDecoder, sublayersOf } from '../../src/model/config.ts'
import { modelTensors, ropeFactorsTensor } from '../../src/model/model-tensors.ts'
import {
  bytesOf,
  FORMAT_LAYOUT,
  isAlwaysFloat,
  isVector,
  type ShardTensor,
  type TensorFormat,
  type TensorRole,
  tensorKey,
  type WeightPiece,
} from '../../src/model/tensor.ts'
import type { AttentionSlice, FeedForwardSlice, Shard, ShardSublayer } from '../../src/plan/shard-plan.ts'
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
    ...plainDecoder(overrides.hiddenSize ?? 96),
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
    positions: { kind: 'rope', theta: 10000, layout: 'half-split', rotatedSize: headSize, scaling: { kind: 'none' } },
    tiedEmbeddings: false,
    ...overrides,
  }
}

/** Random blocks in `format` wherever a tensor's columns allow (else f32), values of about 1 / sqrt(columns). */
export function tinyModel(config: ModelConfig, format: TensorFormat, seed = 1, ropeFactors = false): TinyModel {
  const factors = ropeFactors ? ropeFactorsTensor(config) : null
  const random = normal(seededRandom(seed))
  const formats: Record<string, TensorFormat> = {}
  const tensors = new Map<string, { bytes: Uint8Array; columns: number }>()
  for (const tensor of [...modelTensors(config), ...(factors ? [factors] : [])]) {
    const { role, rows, columns } = tensor
    const fits = columns % FORMAT_LAYOUT[format].blockSize === 0
    const own = !isAlwaysFloat(role) && fits ? format : 'f32'
    formats[tensorKey(tensor)] = own
    tensors.set(tensorKey(tensor), {
      columns,
      bytes: isVector(role) ? vectorBytes(role, columns, random) : randomBlocks(own, rows, columns, random),
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
      sublayers: sublayersOf(config).map(
        ({ kind, layer }): ShardSublayer =>
          kind === 'attention'
            ? { kind, layer, hold: 'split', ...attention }
            : { kind, layer, hold: 'split', ...feedForward },
      ),
    }
  })
}

function vectorBytes(role: TensorRole, count: number, random: () => number): Uint8Array {
  const centre = role.endsWith('Bias') ? 0 : 1
  return new Uint8Array(Float32Array.from({ length: count }, () => centre + 0.1 * random()).buffer)
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
