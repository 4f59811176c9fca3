// A GGUF file of LLaMA-2-7B's shape: a whole header over 13 GB of zeros that take no room on the disk. For planning, never for loading.
import { open } from 'node:fs/promises'
import { GGMLQuantizationType } from '@huggingface/gguf'
import { ggufHead, ggufValue, tensorInfo } from '../../support/write-gguf.ts'

const [layers, hidden, ffn, vocabulary, heads] = [32, 4096, 11_008, 32_000, 32]
const alignment = 32

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
  const { uint32, float32, string } = ggufValue
  const keys = {
    'general.architecture': string('llama'),
    'llama.attention.layer_norm_rms_epsilon': float32(1e-5),
    'llama.block_count': uint32(layers),
    'llama.context_length': uint32(4096),
    'llama.embedding_length': uint32(hidden),
    'llama.feed_forward_length': uint32(ffn),
    'llama.attention.head_count': uint32(heads),
    'llama.attention.head_count_kv': uint32(heads),
    'llama.rope.dimension_count': uint32(hidden / heads),
    'llama.vocab_size': uint32(vocabulary),
  }
  let offset = 0
  const infos = tensors.map(([name, shape, bytes]) => {
    const info = tensorInfo(name, shape, GGMLQuantizationType.F16, offset)
    offset += Math.ceil(bytes / alignment) * alignment
    return info
  })
  const head = ggufHead(keys, infos)
  const size = head.length + offset
  const file = await open(path, 'w')
  try {
    await file.write(head)
    await file.truncate(size)
  } finally {
    await file.close()
  }
  return size
}
