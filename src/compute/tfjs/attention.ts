// Grouped-query attention (Vaswani et al. 2017; Ainslie et al. 2023) over keys and values kept as tensors, in a ring.
import * as tf from '@tensorflow/tfjs-core'
import { rangeLength } from '../../base/ranges.ts'
import { type ModelConfig, queryHeadsPerKvHead } from '../../model/config.ts'
import type { AttentionSlice } from '../../plan/shard-plan.ts'
import type { Step } from '../executor.ts'

/** Far below every score, and finite, since some of WebGL's exponentials know no infinity. */
const hidden = -1e30

/** By so many rows a cache grows: WebGL compiles a program for every shape, so that of a longer one for every token. */
const rowsAtOnce = 64

/** Keys and values of one layer, [rows, m, D] each. Position p lies in row p % rows, of which there are `capacity` in the end. */
export class TensorCache {
  readonly #capacity: number
  #kept: { keys: tf.Tensor3D; values: tf.Tensor3D } | null = null

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** `keys` and `values` (T, m, D) from position `pastLength` on, over what was there; T is at most `capacity`. The result is the cache's to dispose of. */
  append(pastLength: number, keys: tf.Tensor3D, values: tf.Tensor3D) {
    const old = pastLength === 0 ? null : this.#kept
    const tokenCount = keys.shape[0]
    const needed = Math.ceil((pastLength + tokenCount) / rowsAtOnce) * rowsAtOnce
    const rows = Math.max(old?.keys.shape[0] ?? 0, Math.min(this.#capacity, needed))
    const kept = tf.tidy(() => {
      const place = placing(pastLength, tokenCount, rows)
      return { keys: tf.keep(place(old?.keys, keys)), values: tf.keep(place(old?.values, values)) }
    })
    this.close()
    this.#kept = kept
    return kept
  }

  close(): void {
    tf.dispose(this.#kept ?? [])
    this.#kept = null
  }
}

/** Puts tokens in their rows, as a product with ones and zeros, whose shapes are those of the token before. */
function placing(pastLength: number, tokenCount: number, rows: number) {
  const ones = new Float32Array(rows * tokenCount)
  const stays = new Float32Array(rows).fill(1)
  for (let token = 0; token < tokenCount; token++) {
    const row = (pastLength + token) % rows
    ones[row * tokenCount + token] = 1
    stays[row] = 0
  }
  const places = tf.tensor2d(ones, [rows, tokenCount])
  return (old: tf.Tensor3D | undefined, tokens: tf.Tensor3D): tf.Tensor3D => {
    const [, heads, headSize] = tokens.shape
    const flat = tf.matMul(places, tf.reshape<tf.Rank.R2>(tokens, [tokenCount, heads * headSize]))
    const placed = tf.reshape<tf.Rank.R3>(flat, [rows, heads, headSize])
    if (!old) return placed
    const grown =
      old.shape[0] === rows
        ? old
        : tf.pad3d(old, [
            [0, rows - old.shape[0]],
            [0, 0],
            [0, 0],
          ])
    return tf.add(tf.mul(grown, tf.tensor3d(stays, [rows, 1, 1])), placed)
  }
}

/** query (T, n, D) over what the cache holds with the step appended -> (T, n * D). */
export function attend(
  config: ModelConfig,
  { queryHeads, kvHeads }: AttentionSlice,
  query: tf.Tensor3D,
  { keys, values }: ReturnType<TensorCache['append']>,
  step: Step,
): tf.Tensor2D {
  const [tokenCount, heads, headSize] = query.shape
  const group = queryHeadsPerKvHead(config)
  const sources = Array.from(
    { length: rangeLength(queryHeads) },
    (_, i) => Math.floor((queryHeads.start + i) / group) - kvHeads.start,
  )
  const byHead = (x: tf.Tensor3D) => tf.transpose(tf.gather(x, tf.tensor1d(sources, 'int32'), 1), [1, 0, 2])
  const scores = tf.mul(tf.matMul(tf.transpose(query, [1, 0, 2]), byHead(keys), false, true), 1 / Math.sqrt(headSize))
  const shown = tf.tensor2d(visibility(config, step, keys.shape[0]), [tokenCount, keys.shape[0]])
  const mixed = tf.matMul(tf.softmax(tf.add(scores, shown)), byHead(values))
  return tf.reshape(tf.transpose(mixed, [1, 0, 2]), [tokenCount, heads * headSize])
}

/** [T, rows]: 0 where token t sees the position that lies in a row, else far below zero. */
function visibility({ causal, attentionWindow }: ModelConfig, step: Step, rows: number): Float32Array {
  const { pastLength, positions, mask } = step
  const last = pastLength + positions.length - 1
  const isShown = (i: number) => mask?.[i] !== 0
  const none = !positions.some((_, i) => isShown(i))
  const sees = (token: number, position: number) => {
    if (position < 0) return false
    if (!causal) return none || isShown(position)
    const own = pastLength + token
    return position <= own && (attentionWindow === null || position > own - attentionWindow)
  }
  return Float32Array.from({ length: positions.length * rows }, (_, at) => {
    const row = at % rows
    // The latest position of the row: below 0 where there is none.
    const position = last >= row ? last - ((last - row) % rows) : row - rows
    return sees(Math.floor(at / rows), position) ? 0 : hidden
  })
}
