// A GGUF file of random weights in a shape, made once. Its values are such that every engine can hold exactly the same: Q4_1 blocks
// symmetric around 8 (min = -8 x scale, so a zero point of 8 says the same), Q8_0 blocks with one scale a row.
import { createCipheriv } from 'node:crypto'
import { mkdir, open, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { GGMLQuantizationType } from '@huggingface/gguf'
import { floatToHalf } from '../../src/base/half.ts'
import { ggufValue, padded, tensorInfo, text, u32, u64 } from '../../tests/support/write-gguf.ts'
import { BENCH_SHAPES, type BenchShape, type ShapeName, type ShapeWeights } from './shapes.ts'

interface ShapeTensor {
  name: string
  rows: number
  columns: number
  type: 'F32' | 'Q4_1' | 'Q8_0'
}

const BLOCK_BYTES = { Q4_1: 20, Q8_0: 34 } as const

/** Path of the shape's file in `directory`; written when it is not there. */
export async function shapeFile(directory: string, shape: ShapeName, weights: ShapeWeights): Promise<string> {
  const path = join(directory, `${shape}-${weights}.gguf`)
  const exists = await stat(path).then(
    () => true,
    () => false,
  )
  if (exists) return path
  console.error(`Writing ${path} …`)
  await mkdir(directory, { recursive: true })
  const tensors = tensorsOf(BENCH_SHAPES[shape], weights === 'int4' ? 'Q4_1' : 'Q8_0')
  const file = await open(`${path}.part`, 'w')
  try {
    await file.writeFile(header(shape, tensors))
    const random = randomBytes()
    for (const tensor of tensors) await file.writeFile(padded(values(tensor, random)))
  } finally {
    await file.close()
  }
  await rename(`${path}.part`, path)
  return path
}

function tensorsOf({ layers, hidden, ffn, heads, kvHeads, vocabulary, tied }: BenchShape, type: 'Q4_1' | 'Q8_0') {
  const matrix = (name: string, rows: number, columns: number): ShapeTensor => ({ name, rows, columns, type })
  const gain = (name: string): ShapeTensor => ({ name, rows: 1, columns: hidden, type: 'F32' })
  const kvRows = (hidden / heads) * kvHeads
  const layer = (i: number) => [
    gain(`blk.${i}.attn_norm.weight`),
    matrix(`blk.${i}.attn_q.weight`, hidden, hidden),
    matrix(`blk.${i}.attn_k.weight`, kvRows, hidden),
    matrix(`blk.${i}.attn_v.weight`, kvRows, hidden),
    matrix(`blk.${i}.attn_output.weight`, hidden, hidden),
    gain(`blk.${i}.ffn_norm.weight`),
    matrix(`blk.${i}.ffn_gate.weight`, ffn, hidden),
    matrix(`blk.${i}.ffn_up.weight`, ffn, hidden),
    matrix(`blk.${i}.ffn_down.weight`, hidden, ffn),
  ]
  return [
    matrix('token_embd.weight', vocabulary, hidden),
    ...Array.from({ length: layers }, (_, i) => layer(i)).flat(),
    gain('output_norm.weight'),
    ...(tied ? [] : [matrix('output.weight', vocabulary, hidden)]),
  ]
}

function header(shape: ShapeName, tensors: readonly ShapeTensor[]): Buffer {
  const { layers, hidden, ffn, heads, kvHeads, vocabulary } = BENCH_SHAPES[shape]
  const keys: Record<string, Buffer> = {
    'general.architecture': ggufValue.string('llama'),
    'general.name': ggufValue.string(`random weights of ${shape}`),
    'llama.block_count': ggufValue.uint32(layers),
    'llama.context_length': ggufValue.uint32(2048),
    'llama.embedding_length': ggufValue.uint32(hidden),
    'llama.feed_forward_length': ggufValue.uint32(ffn),
    'llama.attention.head_count': ggufValue.uint32(heads),
    'llama.attention.head_count_kv': ggufValue.uint32(kvHeads),
    'llama.attention.layer_norm_rms_epsilon': ggufValue.float32(1e-5),
    'llama.rope.dimension_count': ggufValue.uint32(hidden / heads),
    'llama.vocab_size': ggufValue.uint32(vocabulary),
    ...tokenizer(vocabulary),
  }
  const keyValues = Object.entries(keys).flatMap(([key, value]) => [text(key), value])
  let offset = 0
  const infos = tensors.map((tensor) => {
    const { name, rows, columns, type } = tensor
    const dimensions = type === 'F32' ? [columns] : [columns, rows]
    const info = tensorInfo(name, dimensions, GGMLQuantizationType[type], offset)
    offset += Math.ceil(byteLength(tensor) / 32) * 32
    return info
  })
  const counts = [u64(tensors.length), u64(Object.keys(keys).length)]
  return padded(Buffer.concat([Buffer.from('GGUF'), u32(3), ...counts, ...keyValues, ...infos]))
}

/** Where words begin: before them three control tokens, ASCII's bytes (others would make broken text) and the space. */
const firstWord = 3 + 128 + 1

/** What llama.cpp wants before it loads. */
function tokenizer(vocabulary: number): Record<string, Buffer> {
  const hex = (byte: number) => byte.toString(16).toUpperCase().padStart(2, '0')
  const bytes = Array.from({ length: 128 }, (_, byte) => `<0x${hex(byte)}>`)
  const words = Array.from({ length: vocabulary - firstWord }, (_, i) => `▁w${firstWord + i}`)
  const tokens = ['<unk>', '<s>', '</s>', ...bytes, '▁', ...words]
  // GGML's types of tokens: unknown, control, byte, normal.
  const types = tokens.map((token, id) => (id === 0 ? 2 : id < 3 ? 3 : token.startsWith('<0x') ? 6 : 1))
  const scores = Buffer.from(Float32Array.from(tokens, (_, id) => -id).buffer)
  return {
    'tokenizer.ggml.model': ggufValue.string('llama'),
    'tokenizer.ggml.tokens': ggufValue.strings(tokens),
    'tokenizer.ggml.scores': Buffer.concat([u32(9), u32(6), u64(vocabulary), scores]),
    'tokenizer.ggml.token_type': ggufValue.int32s(types),
    'tokenizer.ggml.bos_token_id': ggufValue.uint32(1),
    'tokenizer.ggml.eos_token_id': ggufValue.uint32(2),
    'tokenizer.ggml.unknown_token_id': ggufValue.uint32(0),
  }
}

function byteLength({ rows, columns, type }: ShapeTensor): number {
  return type === 'F32' ? 4 * columns : rows * (columns / 32) * BLOCK_BYTES[type]
}

/** Deviation 1 / sqrt(columns); gains of one. */
function values(tensor: ShapeTensor, random: (byteLength: number) => Buffer): Uint8Array {
  const { rows, columns, type } = tensor
  if (type === 'F32') return new Uint8Array(new Float32Array(columns).fill(1).buffer)
  const bytes = random(byteLength(tensor))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  // Standard deviations of an evenly drawn nibble and byte.
  const scale = 1 / Math.sqrt(columns) / (type === 'Q4_1' ? 4.61 : 73.9)
  const blocksPerRow = columns / 32
  for (let row = 0, at = 0; row < rows; row++) {
    const rowScale = scale * (0.75 + (0.5 * ((row * 37) % 64)) / 64)
    for (let block = 0; block < blocksPerRow; block++, at += BLOCK_BYTES[type]) {
      const half = floatToHalf(type === 'Q4_1' ? rowScale * (0.75 + (0.5 * ((block * 29) % 64)) / 64) : rowScale)
      view.setUint16(at, half, true)
      // Eight times as much is three more in the exponent of a half.
      if (type === 'Q4_1') view.setUint16(at + 2, (half + 3 * 1024) | 0x8000, true)
    }
  }
  return bytes
}

/** The same bytes in every file: AES in counter mode under a fixed key. */
function randomBytes(): (byteLength: number) => Buffer {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), Buffer.alloc(16))
  return (length) => cipher.update(Buffer.alloc(length))
}
