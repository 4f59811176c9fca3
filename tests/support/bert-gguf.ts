// The seeded BERT checkpoint as GGUF with words, as llama.cpp's converter writes them for BertModel: U+2581 before words, the rest of words
// without their ##.
import { checkpointGguf } from './checkpoint-gguf.ts'
import { pieces } from './worded-encoder.ts'
import { ggufBytes, ggufValue } from './write-gguf.ts'

const { uint32, string, strings, int32s } = ggufValue

/** Bytes of the file; `pooling` is llama.cpp's number. */
export async function bertGguf(pooling: number): Promise<Uint8Array> {
  const { keys, tensors } = await checkpointGguf('bert', 'F32')
  const tokens = pieces.map((piece) =>
    piece.startsWith('[') ? piece : piece.startsWith('##') ? piece.slice(2) : `▁${piece}`,
  )
  const special = ['padding', 'unknown', 'cls', 'seperator', 'mask'].map(
    (word, token) => [`tokenizer.ggml.${word}_token_id`, uint32(token)] as const,
  )
  return ggufBytes({
    tensors,
    keys: {
      ...keys,
      'bert.pooling_type': uint32(pooling),
      'tokenizer.ggml.pre': string('jina-v2-en'),
      'tokenizer.ggml.tokens': strings(tokens),
      'tokenizer.ggml.token_type': int32s(pieces.map(typeOf)),
      ...Object.fromEntries(special),
    },
  })
}

function typeOf(piece: string): number {
  return piece === '[UNK]' ? 2 : piece.startsWith('[') ? 3 : 1
}
