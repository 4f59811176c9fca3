// From final hidden states to the logits of my vocabulary rows.
import * as tf from '@tensorflow/tfjs-core'
import type { ModelConfig } from '../../model/config.ts'
import { activate, dense, normalize } from './operations.ts'
import type { TfjsWeights } from './weights.ts'

/** hidden (T, H) -> (T, my rows) */
export function headLogits(
  { head, tiedEmbeddings, embedding, activation, norm }: ModelConfig,
  weights: TfjsWeights,
  hidden: tf.Tensor2D,
): tf.Tensor2D {
  let x = hidden
  if (head === 'masked-language') {
    const transformed = dense(
      x,
      weights.matrix('headTransform', null).values,
      weights.vector('headTransformBias', null),
    )
    const [gain, bias] = [weights.vector('headNorm', null)!, weights.vector('headNormBias', null)]
    x = normalize('layer', activate(activation, transformed), gain, bias, norm.epsilon)
  }
  const bias = weights.vector('outputBias', null)
  if (!weights.holds('output')) {
    const rows = weights.matrix('tokenEmbedding', null).values
    const product = dense(tf.slice(x, [0, 0], [x.shape[0], embedding.size]), rows, bias)
    return withExtra(weights, x, embedding.size, product)
  }
  const input = tiedEmbeddings ? tf.slice(x, [0, 0], [x.shape[0], embedding.size]) : x
  return withExtra(weights, x, embedding.size, dense(input, weights.matrix('output', null).values, bias))
}

/** Adds the columns from `start` on, where a tied embedding is narrower than the hidden state. */
function withExtra(weights: TfjsWeights, x: tf.Tensor2D, start: number, logits: tf.Tensor2D): tf.Tensor2D {
  if (!weights.holds('outputExtra')) return logits
  const rest = tf.slice(x, [0, start], [x.shape[0], x.shape[1] - start])
  return tf.add(logits, dense(rest, weights.matrix('outputExtra', null).values, null))
}
