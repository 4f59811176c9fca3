// From token ids to the residual stream, for every kind of embedding: tables added up, MobileBERT's trigrams, a projection, a norm.
import { HeadroomError } from '../../base/errors.ts'
import type { ModelConfig } from '../../model/config.ts'
import type { Step } from '../executor.ts'
import { add, addBias, matmul, normalize } from './operations.ts'
import type { TensorStore } from './tensor-store.ts'

/** (T) ids -> (T, H). Throws `bad-input` for an id, position or token type that its table does not have. */
export function embedTokens(config: ModelConfig, store: TensorStore, step: Step): Float32Array {
  const { hiddenSize, vocabSize, contextLength, positions, embedding, norm } = config
  const { tokens } = step
  let out = lookUp(store.get('tokenEmbedding').values, embedding.size, tokens, 'Token', vocabSize)
  if (embedding.trigram) out = withNeighbours(out, embedding.size)
  const projection = store.find('embeddingProjection')
  if (projection) {
    out = addBias(matmul(projection, out, tokens.length), store.get('embeddingProjectionBias').values)
  }
  const addTable = (
    role: 'positionEmbedding' | 'tokenTypeEmbedding',
    ids: readonly number[],
    what: string,
    size: number,
  ) => add(out, lookUp(store.get(role).values, hiddenSize, ids, what, size))
  if (positions.kind === 'learned') addTable('positionEmbedding', step.positions, 'Position', contextLength)
  if (embedding.tokenTypeCount > 0) {
    addTable('tokenTypeEmbedding', step.tokenTypes ?? tokens.map(() => 0), 'Token type', embedding.tokenTypeCount)
  }
  if (!embedding.norm) return out
  const bias = store.find('embeddingNormBias')?.values ?? null
  return normalize(norm.kind, out, store.get('embeddingNorm').values, bias, norm.epsilon)
}

function lookUp(table: Float32Array, width: number, ids: readonly number[], what: string, size: number): Float32Array {
  const out = new Float32Array(ids.length * width)
  ids.forEach((id, i) => {
    if (!(Number.isInteger(id) && id >= 0 && id < size))
      throw new HeadroomError('bad-input', `${what} ${id} is not one of the ${size} that this model has.`)
    out.set(table.subarray(id * width, (id + 1) * width), i * width)
  })
  return out
}

/** (T, E) -> (T, 3E): the next token's row, the own, the previous one's; zeros past the ends. */
function withNeighbours(x: Float32Array, width: number): Float32Array {
  const out = new Float32Array(3 * x.length)
  const tokenCount = x.length / width
  for (let token = 0; token < tokenCount; token++) {
    for (const [place, neighbour] of [token + 1, token, token - 1].entries()) {
      if (neighbour < 0 || neighbour >= tokenCount) continue
      out.set(x.subarray(neighbour * width, (neighbour + 1) * width), (3 * token + place) * width)
    }
  }
  return out
}
