// A GGUF file of LLaMA-2-7B's shape: a whole header over 13 GB of zeros that take no room on the disk. For planning, never for loading.
import { open } from 'node:fs/promises'

const [layers, hidden, ffn, vocabulary, heads] = [32, 4096, 11_008, 32_000, 32]
const alignment = 32
const f16 = 1

/** Writes it to `path`; resolves with its size in bytes. */
export async function writeLargeModel(path: string): Promise<number> {
  const tensors: [name: string, shape: number[], bytes: number][] = []
  const matrix = (name: string, rows: number, columns: number) =>
    tensors.push([name, [columns, rows], rows * columns * 2])
  matrix('token_embd.weight', vocabulary, hidden)
  matrix('output.weight', vocabulary, hidden)
  tensors.push(['output_norm.weight', [hidden], hidden * 2])
  for (let layer = 0; layer < layers; layer++) {
    for (const name of ['attn_q', 'attn_k', 'attn_v', 'attn_output'])
      matrix(`blk.${layer}.${name}.weight`, hidden, hidden)
    for (const name of ['ffn_gate', 'ffn_up']) matrix(`blk.${layer}.${name}.weight`, ffn, hidden)
    matrix(`blk.${layer}.ffn_down.weight`, hidden, ffn)
    for (const name of ['attn_norm', 'ffn_norm']) tensors.push([`blk.${layer}.${name}.weight`, [hidden], hidden * 2])
  }
  const numbers = {
    'llama.block_count': layers,
    'llama.context_length': 4096,
    'llama.embedding_length': hidden,
    'llama.feed_forward_length': ffn,
    'llama.attention.head_count': heads,
    'llama.attention.head_count_kv': heads,
    'llama.rope.dimension_count': hidden / heads,
    'llama.vocab_size': vocabulary,
  }
  let offset = 0
  const infos = tensors.map(([name, shape, bytes]) => {
    const info = [text(name), u32(shape.length), ...shape.map(u64), u32(f16), u64(offset)]
    offset += Math.ceil(bytes / alignment) * alignment
    return Buffer.concat(info)
  })
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    u32(3),
    u64(tensors.length),
    u64(Object.keys(numbers).length + 2),
    text('general.architecture'),
    u32(8),
    text('llama'),
    text('llama.attention.layer_norm_rms_epsilon'),
    u32(6),
    f32(1e-5),
    ...Object.entries(numbers).flatMap(([key, value]) => [text(key), u32(4), u32(value)]),
    ...infos,
  ])
  const size = Math.ceil(head.length / alignment) * alignment + offset
  const file = await open(path, 'w')
  try {
    await file.write(head)
    await file.truncate(size)
  } finally {
    await file.close()
  }
  return size
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return bytes
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([u64(bytes.length), bytes])
}
