// Grouped-query attention (Vaswani et al. 2017; Ainslie et al. 2023) over keys and values kept as tensors.
import * as tf from '@tensorflow/tfjs-core'
import { rangeLength } from '../../base/ranges.ts'
import { type ModelConfig, queryHeadsPerKvHead } from '../../model/config.ts'
import type { AttentionSlice } from '../../plan/shard-plan.ts'
import type { Step } from '../executor.ts'

/** Far below every score, and finite, since some of WebGL's exponentials know no infinity. */
const hidden = -1e30

/** Keys and values of one layer from position `first` on, [P, m, D] each; the latest `capacity` positions are kept. */
export class TensorCache {
  readonly #capacity: number
  #first = 0
  #kept: { keys: tf.Tensor3D; values: tf.Tensor3D } | null = null

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** What came at or after `pastLength` before gives way to `keys` and `values` (T, m, D). The result is the cache's to dispose of. */
  append(pastLength: number, keys: tf.Tensor3D, values: tf.Tensor3D) {
    const stays = Math.max(0, pastLength - this.#first)
    const old = stays === 0 ? null : this.#kept
    if (!old) this.#first = pastLength
    const length = (old ? stays : 0) + keys.shape[0]
    const surplus = Math.max(0, length - this.#capacity)
    const join = (before: tf.Tensor3D | undefined, more: tf.Tensor3D) => {
      const all = before ? tf.concat([tf.slice(before, 0, stays), more]) : tf.clone(more)
      return tf.keep(surplus > 0 ? tf.slice(all, surplus) : all)
    }
    const kept = tf.tidy(() => ({ keys: join(old?.keys, keys), values: join(old?.values, values) }))
    this.#first += surplus
    this.close()
    this.#kept = kept
    return { ...kept, first: this.#first }
  }

  close(): void {
    tf.dispose(this.#kept ?? [])
    this.#kept = null
  }
}

/** query (T, n, D) over what the cache holds with the step appended -> (T, n * D). */
export function attend(
  config: ModelConfig,
  { queryHeads, kvHeads }: AttentionSlice,
  query: tf.Tensor3D,
  { keys, values, first }: ReturnType<TensorCache['append']>,
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
  const shown = tf.tensor2d(visibility(config, step, first, keys.shape[0]), [tokenCount, keys.shape[0]])
  const mixed = tf.matMul(tf.softmax(tf.add(scores, shown)), byHead(values))
  return tf.reshape(tf.transpose(mixed, [1, 0, 2]), [tokenCount, heads * headSize])
}

/** [T, P]: 0 where token t sees position `first + p`, else far below zero. */
function visibility({ causal, attentionWindow }: ModelConfig, step: Step, first: number, count: number): Float32Array {
  const { pastLength, positions, mask } = step
  const isShown = (i: number) => mask?.[i] !== 0
  const none = !positions.some((_, i) => isShown(i))
  const sees = (token: number, position: number) => {
    if (!causal) return none || isShown(position)
    const own = pastLength + token
    return position <= own && (attentionWindow === null || position > own - attentionWindow)
  }
  return Float32Array.from({ length: positions.length * count }, (_, at) =>
    sees(Math.floor(at / count), first + (at % count)) ? 0 : hidden,
  )
}
