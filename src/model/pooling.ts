// From a text's hidden states to one vector, as sentence-transformers does (Reimers and Gurevych 2019, Sentence-BERT).

export interface Pooling {
  /** Over the tokens whose mask is 1; `cls` is the first token, `last` the last of them. */
  kind: 'mean' | 'cls' | 'max' | 'last'
  /** Scaled to length 1. */
  normalized: boolean
}

/** `hidden` is `[T, H]`, `mask` T numbers of which at least one is 1; the result is `[H]`. */
export function pool(hidden: Float32Array, mask: readonly number[], { kind, normalized }: Pooling): Float32Array {
  const width = hidden.length / mask.length
  const rowAt = (token: number) => hidden.subarray(token * width, (token + 1) * width)
  const seen = [...mask.keys()].filter((token) => mask[token] === 1)
  const rows = (kind === 'cls' ? [0] : kind === 'last' ? seen.slice(-1) : seen).map(rowAt)
  const pooled = Float32Array.from({ length: width }, (_, column) => {
    const values = rows.map((row) => row[column]!)
    return kind === 'max' ? Math.max(...values) : values.reduce((sum, value) => sum + value, 0) / values.length
  })
  if (!normalized) return pooled
  const length = lengthOf(pooled)
  return length === 0 ? pooled : pooled.map((value) => value / length)
}

/** 1: the same direction, 0: nothing in common; between vectors of one model. */
export function cosineSimilarity(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const lengths = lengthOf(a) * lengthOf(b)
  return lengths === 0 ? 0 : dot(a, b) / lengths
}

function lengthOf(values: ArrayLike<number>): number {
  return Math.sqrt(dot(values, values))
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
