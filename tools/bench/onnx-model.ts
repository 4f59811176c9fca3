// A GGUF file of the LLaMA family as an ONNX graph with the operators that onnxruntime's own model builder and transformers.js' models
// use: grouped attention with RoPE inside, simplified layer norms, products with quantized weights.
import { openAsBlob } from 'node:fs'
import { type FileHandle, mkdir, open, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HeadroomError } from '../../src/base/errors.ts'
import { range } from '../../src/base/ranges.ts'
import { readBytes } from '../../src/weights/byte-source.ts'
import { openFileSource } from '../../src/weights/file-source.ts'
import type { ModelManifest } from '../../src/weights/manifest.ts'
import { openGguf } from '../../src/weights/model-file.ts'
import { type ElementType, encodeModel, type GraphNode, type GraphValue, type Initializer } from './onnx-proto.ts'
import { blockMatrix, columnMatrix, halfTable } from './onnx-weights.ts'

/** Positions that RoPE is tabled for. */
const tabledPositions = 1024

/** Scales are float32 there and the embedding float16: about an eighth more than in GGUF. */
const largestFileBytes = 3.5e9

/** How 8-bit weights are multiplied: in blocks of 32, or a scale a row where the weights have that. */
export type Products = 'blocks' | 'columns'

export interface OnnxModel {
  graph: string
  weights: string
  layers: number
  kvHeads: number
  headSize: number
}

/** The graph of the GGUF file at `path`, written into `directory` when it is not there. Throws `model-unsupported` for what the graph cannot say. */
export async function onnxModel(directory: string, path: string, products: Products): Promise<OnnxModel> {
  const { size, mtimeMs } = await stat(path)
  const name = `${path.split('/').pop()}-${size}-${Math.round(mtimeMs)}-${products}`
  const graph = join(directory, `${name}.onnx`)
  const weights = join(directory, `${name}.weights`)
  const source = openFileSource(await openAsBlob(path), path)
  const { manifest } = await openGguf(source, path)
  if (size > largestFileBytes)
    throw new HeadroomError('model-unsupported', 'Its weights and their tables do not fit the 4 GiB of WebAssembly.')
  const { layerCount: layers, kvHeadCount: kvHeads, headSize } = manifest.config
  const done = await readFile(graph).catch(() => null)
  if (!done) {
    console.error(`Writing ${weights} …`)
    await mkdir(directory, { recursive: true })
    const file = await open(`${weights}.part`, 'w')
    try {
      const read = (key: string) => {
        const { offset, byteLength } = manifest.tensors[key]!
        return readBytes(source, range(offset, offset + byteLength))
      }
      const bytes = await writeGraph(manifest, new WeightsFile(file), read, products)
      await rename(`${weights}.part`, weights)
      await writeFile(graph, bytes)
    } finally {
      await file.close()
    }
  }
  return { graph, weights, layers, kvHeads, headSize }
}

class WeightsFile {
  readonly initializers: Initializer[] = []
  readonly #file: FileHandle
  #offset = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  async add(name: string, type: ElementType, dimensions: readonly number[], values: ArrayBufferView): Promise<string> {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    const padding = new Uint8Array((4096 - (bytes.length % 4096)) % 4096)
    await this.#file.writeFile(bytes)
    await this.#file.writeFile(padding)
    this.initializers.push({ name, type, dimensions, offset: this.#offset, byteLength: bytes.length })
    this.#offset += bytes.length + padding.length
    return name
  }
}

async function writeGraph(
  { config, tensors }: ModelManifest,
  file: WeightsFile,
  read: (key: string) => Promise<Uint8Array>,
  products: Products,
): Promise<Uint8Array> {
  const { layerCount, hiddenSize, headCount, kvHeadCount, headSize, vocabSize, norm, positions, tiedEmbeddings } =
    config
  if (
    positions.kind !== 'rope' ||
    positions.scaling.kind !== 'none' ||
    norm.kind !== 'rms' ||
    config.biases.queryKeyValue
  )
    throw new HeadroomError('model-unsupported', 'The ONNX graph of the benchmark is of plain LLaMA models alone.')
  const nodes: GraphNode[] = []
  const node = (
    op: string,
    inputs: readonly string[],
    output: string,
    more: Omit<GraphNode, 'op' | 'inputs' | 'outputs'> = {},
  ) => {
    nodes.push({ op, inputs, outputs: [output], ...more })
    return output
  }
  const gain = async (key: string) => {
    const bytes = await read(key)
    return file.add(key, 'float32', [hiddenSize], bytes)
  }
  const product = async (key: string, input: string, output: string) => {
    const { type, rows, columns } = tensors[key]!
    if (type !== 'Q4_1' && type !== 'Q8_0')
      throw new HeadroomError('model-unsupported', `The ONNX graph of the benchmark has no product with ${type}.`)
    const bytes = await read(key)
    const byColumns = type === 'Q8_0' && products === 'columns' ? columnMatrix(bytes, rows, columns) : null
    if (byColumns) {
      const values = await file.add(`${key}.values`, 'int8', [columns, rows], byColumns.values)
      const scales = await file.add(`${key}.scales`, 'float32', [rows], byColumns.scales)
      return node('DynamicQuantizeMatMul', [input, values, scales], output, { domain: 'com.microsoft' })
    }
    const bits = type === 'Q4_1' ? 4 : 8
    const matrix = blockMatrix(type, bytes)
    const blocks = columns / 32
    const values = await file.add(`${key}.values`, 'uint8', [rows, blocks, bits * 4], matrix.values)
    const scales = await file.add(`${key}.scales`, 'float32', [rows * blocks], matrix.scales)
    const zeros = matrix.zeroPoints
      ? [await file.add(`${key}.zeros`, 'float32', [rows * blocks], matrix.zeroPoints)]
      : []
    return node('MatMulNBits', [input, values, scales, ...zeros], output, {
      domain: 'com.microsoft',
      attributes: { K: columns, N: rows, bits, block_size: 32, accuracy_level: 4 },
    })
  }

  const half = headSize / 2
  const angles = Float32Array.from(
    { length: tabledPositions * half },
    (_, i) => Math.floor(i / half) * positions.theta ** (-(2 * (i % half)) / headSize),
  )
  const cosines = await file.add('cosines', 'float32', [tabledPositions, half], angles.map(Math.cos))
  const sines = await file.add('sines', 'float32', [tabledPositions, half], angles.map(Math.sin))
  const embedding = tensors.tokenEmbedding!
  const table = halfTable(embedding.type, await read('tokenEmbedding'), vocabSize * hiddenSize)
  await file.add('embedding', 'float16', [vocabSize, hiddenSize], table)
  node('Gather', ['embedding', 'input_ids'], 'looked_up')
  let residual = node('Cast', ['looked_up'], 'residual', { attributes: { to: 1 } })
  const epsilon = { float: norm.epsilon }
  let normed = node('SimplifiedLayerNormalization', [residual, await gain('attentionNorm.0')], 'normed', {
    attributes: { epsilon },
  })
  const joinAndNorm = async (partial: string, gainKey: string, suffix: string) => {
    const inputs = [partial, residual, await gain(gainKey)]
    const outputs = [`normed.${suffix}`, '', '', `residual.${suffix}`]
    nodes.push({
      op: 'SkipSimplifiedLayerNormalization',
      domain: 'com.microsoft',
      inputs,
      outputs,
      attributes: { epsilon },
    })
    normed = outputs[0]!
    residual = outputs[3]!
  }
  const inputs: GraphValue[] = [
    { name: 'input_ids', type: 'int64', dimensions: [1, 'tokens'] },
    { name: 'seqlens_k', type: 'int32', dimensions: [1] },
    { name: 'total_sequence_length', type: 'int32', dimensions: [] },
  ]
  const outputs: GraphValue[] = [{ name: 'logits', type: 'float32', dimensions: [1, 1, vocabSize] }]
  for (let layer = 0; layer < layerCount; layer++) {
    const query = await product(`query.${layer}`, normed, `q.${layer}`)
    const key = await product(`key.${layer}`, normed, `k.${layer}`)
    const value = await product(`value.${layer}`, normed, `v.${layer}`)
    const past = [`past_key.${layer}`, `past_value.${layer}`]
    const present = [`present_key.${layer}`, `present_value.${layer}`]
    const cache = (name: string, length: string): GraphValue => ({
      name,
      type: 'float32',
      dimensions: [1, kvHeadCount, length, headSize],
    })
    inputs.push(...past.map((name) => cache(name, 'past')))
    outputs.push(...present.map((name) => cache(name, 'total')))
    nodes.push({
      op: 'GroupQueryAttention',
      domain: 'com.microsoft',
      inputs: [query, key, value, ...past, 'seqlens_k', 'total_sequence_length', cosines, sines],
      outputs: [`attended.${layer}`, ...present],
      attributes: {
        num_heads: headCount,
        kv_num_heads: kvHeadCount,
        do_rotary: 1,
        rotary_interleaved: positions.layout === 'half-split' ? 0 : 1,
      },
    })
    const attention = await product(`attentionOutput.${layer}`, `attended.${layer}`, `o.${layer}`)
    await joinAndNorm(attention, `ffnNorm.${layer}`, `attention.${layer}`)
    const gate = await product(`gate.${layer}`, normed, `gate_out.${layer}`)
    const up = await product(`up.${layer}`, normed, `up_out.${layer}`)
    const activated = node('QuickGelu', [gate], `silu.${layer}`, {
      domain: 'com.microsoft',
      attributes: { alpha: { float: 1 } },
    })
    const inner = node('Mul', [activated, up], `inner.${layer}`)
    const down = await product(`down.${layer}`, inner, `down_out.${layer}`)
    await joinAndNorm(down, layer + 1 < layerCount ? `attentionNorm.${layer + 1}` : 'outputNorm', `ffn.${layer}`)
  }
  await file.add('last', 'int64', [1], BigInt64Array.of(-1n))
  const last = node('Gather', [normed, 'last'], 'last_normed', { attributes: { axis: 1 } })
  await product(tiedEmbeddings ? 'tokenEmbedding' : 'output', last, 'logits')
  return encodeModel({ nodes, initializers: file.initializers, inputs, outputs }, 'weights.bin')
}
