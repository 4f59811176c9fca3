// The seeded BERT checkpoint as GGUF, named and described as llama.cpp's convert_hf_to_gguf.py does for BertModel: no masked-language head,
// float32 vectors, words with a U+2581 before them and the rest of words without their ##.
import { readSafetensors } from './read-safetensors.ts'
import { pieces } from './worded-encoder.ts'

const ALIGNMENT = 32
const types = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const

const modules: readonly (readonly [hub: string, gguf: string])[] = [
  ['bert.embeddings.word_embeddings', 'token_embd'],
  ['bert.embeddings.token_type_embeddings', 'token_types'],
  ['bert.embeddings.position_embeddings', 'position_embd'],
  ['bert.embeddings.LayerNorm', 'token_embd_norm'],
  ['attention.self.query', 'attn_q'],
  ['attention.self.key', 'attn_k'],
  ['attention.self.value', 'attn_v'],
  ['attention.output.dense', 'attn_output'],
  ['attention.output.LayerNorm', 'attn_output_norm'],
  ['intermediate.dense', 'ffn_up'],
  ['output.dense', 'ffn_down'],
  ['output.LayerNorm', 'layer_output_norm'],
]

/** Bytes of the file; `pooling` is llama.cpp's number. */
export async function bertGguf(pooling: number): Promise<Buffer> {
  const tensors = [...(await readSafetensors('tests/fixtures/bert/model.safetensors'))].flatMap(([name, tensor]) => {
    const named = ggufName(name)
    return named === null ? [] : [{ name: named, ...tensor }]
  })
  const metadata = metadataOf(pooling)
  const infos: Buffer[] = []
  const data: Buffer[] = []
  let offset = 0
  for (const { name, shape, values } of tensors) {
    infos.push(text(name), u32(shape.length), ...shape.toReversed().map(u64), u32(0), u64(offset))
    const bytes = padded(Buffer.from(values.slice().buffer))
    data.push(bytes)
    offset += bytes.length
  }
  const head = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(metadata.length)]
  return Buffer.concat([padded(Buffer.concat([...head, ...metadata, ...infos])), ...data])
}

function ggufName(name: string): string | null {
  const [, layer, rest = name] = /^bert\.encoder\.layer\.(\d+)\.(.*)$/.exec(name) ?? []
  for (const [hub, gguf] of modules) {
    const [, kind] = rest.startsWith(`${hub}.`) ? rest.slice(hub.length).split('.') : []
    if (kind) return `${layer === undefined ? '' : `blk.${layer}.`}${gguf}.${kind}`
  }
  return null
}

function metadataOf(pooling: number): Buffer[] {
  const tokens = pieces.map((piece) =>
    piece.startsWith('[') ? piece : piece.startsWith('##') ? piece.slice(2) : `▁${piece}`,
  )
  return [
    pair('general.architecture', types.string, text('bert')),
    pair('bert.block_count', types.u32, u32(3)),
    pair('bert.context_length', types.u32, u32(64)),
    pair('bert.embedding_length', types.u32, u32(96)),
    pair('bert.feed_forward_length', types.u32, u32(256)),
    pair('bert.attention.head_count', types.u32, u32(6)),
    pair('bert.attention.layer_norm_epsilon', types.f32, Buffer.from(Float32Array.of(1e-12).buffer)),
    pair('bert.attention.causal', types.bool, Buffer.of(0)),
    pair('bert.pooling_type', types.u32, u32(pooling)),
    pair('tokenizer.ggml.token_type_count', types.u32, u32(2)),
    pair('tokenizer.ggml.model', types.string, text('bert')),
    pair('tokenizer.ggml.pre', types.string, text('jina-v2-en')),
    pair('tokenizer.ggml.tokens', types.array, list(types.string, tokens.map(text))),
    pair(
      'tokenizer.ggml.token_type',
      types.array,
      list(
        types.i32,
        pieces.map((piece) => u32(typeOf(piece))),
      ),
    ),
    ...['padding', 'unknown', 'cls', 'seperator', 'mask'].map((word, token) =>
      pair(`tokenizer.ggml.${word}_token_id`, types.u32, u32(token)),
    ),
  ]
}

function typeOf(piece: string): number {
  return piece === '[UNK]' ? 2 : piece.startsWith('[') ? 3 : 1
}

function pair(key: string, type: number, value: Buffer): Buffer {
  return Buffer.concat([text(key), u32(type), value])
}

function list(type: number, items: readonly Buffer[]): Buffer {
  return Buffer.concat([u32(type), u64(items.length), ...items])
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((ALIGNMENT - (bytes.length % ALIGNMENT)) % ALIGNMENT)])
}

function text(value: string): Buffer {
  return Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)])
}

function u32(value: number): Buffer {
  return Buffer.from(new Uint32Array([value]).buffer)
}

function u64(value: number): Buffer {
  return Buffer.from(new BigUint64Array([BigInt(value)]).buffer)
}
