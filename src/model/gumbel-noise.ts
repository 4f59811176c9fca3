// Gumbel noise keyed by (seed, position, token), so any rank knows the noise of any token without a stream of random numbers. The bits are
// exact everywhere; Math.log may differ in the last bit between engines, so the leader computes the noise of the candidates it compares
// itself.
import { randomWords } from '../base/counter-random.ts'

const words = new Uint32Array(3)

/** 32 random bits, the same on every device. */
export function noiseBits(seed: number, position: number, token: number): number {
  randomWords(token, position, seed, words, 0)
  return words[0]!
}

/** A sample of the standard Gumbel distribution; finite, growing with `bits`. */
export function gumbelOf(bits: number): number {
  return -Math.log(-Math.log((bits + 0.5) / 2 ** 32))
}

export function gumbelNoise(seed: number, position: number, token: number): number {
  return gumbelOf(noiseBits(seed, position, token))
}
