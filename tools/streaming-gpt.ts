// A GPT forward pass that never holds more than one row of a matrix: what a model too big for this process is compared with. Written
// apart from the executors, in double precision, from Radford et al. 2019 and transformers' modeling_gpt2.py.
import type { TensorRole } from '../src/model/tensor.ts'
import { tensorKey } from '../src/model/tensor.ts'
import { fileBytesOf } from '../src/weights/block-types.ts'
import type { ByteSource } from '../src/weights/byte-source.ts'
import { dequantize } from '../src/weights/dequantize.ts'
import type { GeneratedModel } from '../src/weights/generated-model.ts'

const BATCH_BYTES = 4 << 20

/** Hidden states after the final norm, `[T, H]`. `onProgress` hears how many of the model's weights have been read. */
export async function streamGpt(
  { manifest, sources }: GeneratedModel,
  tokens: readonly number[],
  onProgress: (done: number, total: number) => void,
): Promise<Float64Array> {
  const { config } = manifest
  const { hiddenSize, layerCount, headCount, headSize, ffnSize } = config
  const total = Object.values(manifest.tensors).reduce((sum, { rows, columns }) => sum + rows * columns, 0)
  let done = 0

  /** Rows `start..end` of a tensor, one after the other, dequantized. */
  async function* rowsOf(
    role: TensorRole,
    layer: number | null,
    start = 0,
    end?: number,
  ): AsyncGenerator<Float32Array> {
    const tensor = manifest.tensors[tensorKey({ role, layer })]!
    const source: ByteSource = sources[tensor.source]!
    const rowBytes = fileBytesOf('Q4_1', 1, tensor.columns)
    const batch = Math.max(1, Math.floor(BATCH_BYTES / rowBytes))
    const values = new Float32Array(tensor.columns)
    for (let row = start; row < (end ?? tensor.rows); row += batch) {
      const last = Math.min(end ?? tensor.rows, row + batch)
      const bytes = await bytesBetween(source, tensor.offset + row * rowBytes, tensor.offset + last * rowBytes)
      for (let i = 0; i < last - row; i++) {
        dequantize('Q4_1', bytes.subarray(i * rowBytes, (i + 1) * rowBytes), values)
        yield values
      }
      done += (last - row) * tensor.columns
      onProgress(done, total)
    }
  }
  const vector = async (role: TensorRole, layer: number | null) => {
    for await (const row of rowsOf(role, layer)) return Float64Array.from(row)
    throw new Error(`${role} is empty.`)
  }
  const table = async (role: TensorRole, ids: readonly number[]) => {
    const found: Float64Array[] = []
    for (const id of ids) for await (const row of rowsOf(role, null, id, id + 1)) found.push(Float64Array.from(row))
    return found
  }
  const dense = async (
    role: TensorRole & ('query' | 'key' | 'value' | 'attentionOutput' | 'up' | 'down'),
    layer: number,
    x: Float64Array[],
  ) => {
    const bias = await vector(`${role}Bias`, layer)
    const out = x.map(() => new Float64Array(bias.length))
    let r = 0
    for await (const row of rowsOf(role, layer)) {
      x.forEach((token, t) => {
        let sum = bias[r]!
        for (let i = 0; i < row.length; i++) sum += row[i]! * token[i]!
        out[t]![r] = sum
      })
      r++
    }
    return out
  }
  const layerNorm = async (
    role: 'attentionNorm' | 'ffnNorm' | 'outputNorm',
    layer: number | null,
    x: Float64Array[],
  ) => {
    const [gain, bias] = [await vector(role, layer), await vector(`${role}Bias`, layer)]
    return x.map((token) => {
      const mean = token.reduce((sum, value) => sum + value, 0) / hiddenSize
      const variance = token.reduce((sum, value) => sum + (value - mean) ** 2, 0) / hiddenSize
      return token.map((value, i) => ((value - mean) / Math.sqrt(variance + config.norm.epsilon)) * gain[i]! + bias[i]!)
    })
  }
  const add = (x: Float64Array[], y: Float64Array[]) => x.map((token, t) => token.map((value, i) => value + y[t]![i]!))

  const positions = await table(
    'positionEmbedding',
    tokens.map((_, i) => i),
  )
  let x = add(await table('tokenEmbedding', tokens), positions)
  for (let layer = 0; layer < layerCount; layer++) {
    const normed = await layerNorm('attentionNorm', layer, x)
    const [q, k, v] = [
      await dense('query', layer, normed),
      await dense('key', layer, normed),
      await dense('value', layer, normed),
    ]
    x = add(x, await dense('attentionOutput', layer, attention(q, k, v, headCount, headSize)))
    const inner = await dense('up', layer, await layerNorm('ffnNorm', layer, x))
    if (inner[0]!.length !== ffnSize) throw new Error('The MLP is not as wide as the config says.')
    x = add(
      x,
      await dense(
        'down',
        layer,
        inner.map((token) => token.map(geluTanh)),
      ),
    )
  }
  return Float64Array.from((await layerNorm('outputNorm', null, x)).flatMap((token) => [...token]))
}

function attention(q: Float64Array[], k: Float64Array[], v: Float64Array[], headCount: number, headSize: number) {
  return q.map((query, t) => {
    const out = new Float64Array(query.length)
    for (let head = 0; head < headCount; head++) {
      const at = head * headSize
      const scores = Array.from({ length: t + 1 }, (_, past) => {
        let dot = 0
        for (let i = 0; i < headSize; i++) dot += query[at + i]! * k[past]![at + i]!
        return dot / Math.sqrt(headSize)
      })
      const maximum = Math.max(...scores)
      const weights = scores.map((score) => Math.exp(score - maximum))
      const sum = weights.reduce((total, weight) => total + weight, 0)
      for (const [past, weight] of weights.entries())
        for (let i = 0; i < headSize; i++) out[at + i]! += (weight / sum) * v[past]![at + i]!
    }
    return out
  })
}

function geluTanh(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
}

async function bytesBetween(source: ByteSource, start: number, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - start)
  let at = 0
  for await (const chunk of source.read({ start, end })) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
