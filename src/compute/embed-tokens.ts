// From token ids to the residual stream, for every kind of embedding: tables added up, MobileBERT's trigrams, a projection, a norm.
// Every backend's leader runs this: it touches a few rows a step, wherever and however the backend keeps them.
import { HeadroomError } from '../base/errors.ts'
import type { ModelConfig } from '../model/config.ts'
import { projectedColumns } from '../model/model-tensors.ts'
import type { TensorRole } from '../model/tensor.ts'
import type { Step } from './executor.ts'
import { add, addBias, normalize } from './reference/operations.ts'

/** Writes row `row` of a tensor that embeds to `out`, as long as the row. */
export type RowReader = (role: TensorRole, row: number, out: Float32Array) => void

/**
 * Makes (T) ids -> (T, H), an array that is the caller's until the next step. It throws `bad-input` for an id, position or token type that
 * its table does not have. Steps of as many tokens use the same arrays: decoding makes none.
 */
export function tokenEmbedding(config: ModelConfig, readRow: RowReader): (step: Step) => Float32Array {
  const { hiddenSize, vocabSize, contextLength, positions, embedding, norm } = config
  const projected = projectedColumns(config)
  const rowsOf = keptArrays()
  const vector = (role: TensorRole) => {
    const values = rowsOf(role, hiddenSize)
    readRow(role, 0, values)
    return values
  }
  const lookUp = (role: TensorRole, ids: readonly number[], width: number, what: string, size: number) => {
    const rows = rowsOf(role, ids.length * width)
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!
      if (!(Number.isInteger(id) && id >= 0 && id < size))
        throw new HeadroomError('bad-input', `${what} ${id} is not one of the ${size} that this model has.`)
      readRow(role, id, ids.length === 1 ? rows : rows.subarray(i * width, (i + 1) * width))
    }
    return rows
  }
  return (step) => {
    const { tokens } = step
    let out = lookUp('tokenEmbedding', tokens, embedding.size, 'Token', vocabSize)
    if (embedding.trigram) out = withNeighbours(out, embedding.size)
    if (projected !== null) {
      out = project(readRow, out, projected, hiddenSize)
      addBias(out, vector('embeddingProjectionBias'))
    }
    if (positions.kind === 'learned')
      add(out, lookUp('positionEmbedding', step.positions, hiddenSize, 'Position', contextLength))
    if (embedding.tokenTypeCount > 0) {
      const types = step.tokenTypes ?? tokens.map(() => 0)
      add(out, lookUp('tokenTypeEmbedding', types, hiddenSize, 'Token type', embedding.tokenTypeCount))
    }
    if (!embedding.norm) return out
    const bias = norm.kind === 'rms' ? null : vector('embeddingNormBias')
    return normalize(norm.kind, out, vector('embeddingNorm'), bias, norm.epsilon)
  }
}

/** Arrays by role, the last one again where it is as long. */
function keptArrays(): (role: TensorRole, length: number) => Float32Array {
  const kept = new Map<TensorRole, Float32Array>()
  return (role, length) => {
    let array = kept.get(role)
    if (array?.length !== length) {
      array = new Float32Array(length)
      kept.set(role, array)
    }
    return array
  }
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

/** (T, columns) -> (T, rows), each row of the matrix read once. */
function project(readRow: RowReader, x: Float32Array, columns: number, rows: number): Float32Array {
  const tokenCount = x.length / columns
  const out = new Float32Array(tokenCount * rows)
  const weights = new Float32Array(columns)
  for (let row = 0; row < rows; row++) {
    readRow('embeddingProjection', row, weights)
    for (let token = 0; token < tokenCount; token++) {
      const at = token * columns
      let sum = 0
      for (let i = 0; i < columns; i++) sum += weights[i]! * x[at + i]!
      out[token * rows + row] = sum
    }
  }
  return out
}
