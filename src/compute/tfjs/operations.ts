// The transformer's arithmetic in TensorFlow.js' operations. Letters of shapes: src/model/config.ts.
import * as tf from '@tensorflow/tfjs-core'
import type { Activation, Norm, Rope } from '../../model/config.ts'

/** x (T, C) @ W (R, C) -> (T, R), and a bias where there is one. */
export function dense(x: tf.Tensor2D, weights: tf.Tensor2D, bias: tf.Tensor1D | null): tf.Tensor2D {
  const product: tf.Tensor2D = tf.matMul(x, weights, false, true)
  return bias ? tf.add(product, bias) : product
}

/** As `dense`, with my own inputs (T, n), which begin at column `before` of those held: the others meet zeros. */
export function denseOwn(x: tf.Tensor2D, weights: tf.Tensor2D, before: number): tf.Tensor2D {
  const behind = weights.shape[1] - before - x.shape[1]
  const whole =
    before + behind === 0
      ? x
      : tf.pad(x, [
          [0, 0],
          [before, behind],
        ])
  return dense(whole, weights, null)
}

/** Over the last dimension. */
export function normalize<T extends tf.Tensor>(
  kind: Norm['kind'],
  x: T,
  gain: tf.Tensor1D,
  bias: tf.Tensor1D | null,
  epsilon: number,
): T {
  const centered = kind === 'layer' ? tf.sub(x, tf.mean(x, -1, true)) : x
  const scale = kind === 'affine' ? 1 : tf.rsqrt(tf.add(tf.mean(tf.square(centered), -1, true), epsilon))
  const scaled = tf.mul(tf.mul(centered, scale), gain)
  return (bias ? tf.add(scaled, bias) : scaled) as T
}

const activations: Readonly<Record<Activation, (x: tf.Tensor2D) => tf.Tensor2D>> = {
  silu: (x) => tf.mul(x, tf.sigmoid(x)),
  relu: (x) => tf.relu(x),
  gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  'gelu-tanh': (x) => {
    const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI))
    return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1))
  },
}

export function activate(activation: Activation, x: tf.Tensor2D): tf.Tensor2D {
  return activations[activation](x)
}

/** Every head of x (T, heads, D) by its token's position (Su et al. 2021): x cos + partners sin, where a pair's partners are (-second, first). */
export function rotate(
  x: tf.Tensor3D,
  positions: readonly number[],
  { layout, rotatedSize }: Rope,
  frequencies: Float32Array,
): tf.Tensor3D {
  const [tokenCount, heads, headSize] = x.shape
  const half = rotatedSize / 2
  const [cosines, sines] = [new Float32Array(tokenCount * headSize).fill(1), new Float32Array(tokenCount * headSize)]
  const partnerOf = new Float32Array(headSize * headSize)
  for (let pair = 0; pair < half; pair++) {
    const [first, second] = layout === 'interleaved' ? [2 * pair, 2 * pair + 1] : [pair, pair + half]
    partnerOf[second * headSize + first] = -1
    partnerOf[first * headSize + second] = 1
    positions.forEach((position, token) => {
      for (const i of [first, second]) {
        cosines[token * headSize + i] = Math.cos(position * frequencies[pair]!)
        sines[token * headSize + i] = Math.sin(position * frequencies[pair]!)
      }
    })
  }
  const shape: [number, number, number] = [tokenCount, 1, headSize]
  const flat = tf.reshape<tf.Rank.R2>(x, [tokenCount * heads, headSize])
  const partners = tf.reshape<tf.Rank.R3>(tf.matMul(flat, tf.tensor2d(partnerOf, [headSize, headSize])), x.shape)
  return tf.add(tf.mul(x, tf.tensor3d(cosines, shape)), tf.mul(partners, tf.tensor3d(sines, shape)))
}
