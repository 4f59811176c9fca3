// How a rank answers at the end of a step: its head's rows, and before them what it computed before each collective, by its own clock.
// The leader knows how many there were, so a wrong length shows at once. Little-endian: n x f32 milliseconds, then the head's bytes.
import { HeadroomError } from '../base/errors.ts'
import { decodeHeadResult, type ExpectedHead, encodeHeadResult } from '../model/head-codec.ts'
import type { HeadResult } from '../model/sampling.ts'

export interface HeadAnswer {
  rows: HeadResult
  computedMs: readonly number[]
}

export function encodeHeadAnswer({ rows, computedMs }: HeadAnswer): Uint8Array {
  const head = encodeHeadResult(rows)
  const bytes = new Uint8Array(computedMs.length * 4 + head.length)
  const view = new DataView(bytes.buffer)
  for (const [index, ms] of computedMs.entries()) view.setFloat32(index * 4, ms, true)
  bytes.set(head, computedMs.length * 4)
  return bytes
}

/** Throws `peer-shape` where the bytes cannot be an honest answer; how long a rank computed is its own word, and only drawn. */
export function decodeHeadAnswer(bytes: Uint8Array, roundCount: number, expected: ExpectedHead): HeadAnswer {
  const start = roundCount * 4
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const rows = decodeHeadResult(bytes.subarray(Math.min(start, bytes.length)), expected)
  const computedMs = Array.from({ length: roundCount }, (_, index) => view.getFloat32(index * 4, true))
  const wrong = computedMs.find((ms) => !(ms >= 0 && ms < Number.POSITIVE_INFINITY))
  if (wrong === undefined) return { rows, computedMs }
  throw new HeadroomError(
    'peer-shape',
    `A device says that it computed for ${wrong} ms. Remove that device, or reload its page so that it runs this version.`,
  )
}
