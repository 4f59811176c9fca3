import { describe, expect, it } from 'vitest'
import { createSoloCollective } from '../../../src/collective/solo.ts'

const key = { epoch: 1, step: 0, slot: 1 }

describe('a collective of one', () => {
  it('returns the very array it was given', async () => {
    const solo = createSoloCollective()
    const partial = Float32Array.of(1, 2)
    expect(await solo.allReduceSum(key, partial, 2)).toBe(partial)
    expect(solo.stats).toEqual({ bytesSent: 0, bytesReceived: 0, rounds: 0, durationsMs: [], moments: [] })
  })

  it('gathers and broadcasts its own bytes', async () => {
    const solo = createSoloCollective()
    const bytes = Uint8Array.of(7)
    expect(await solo.gather(key, bytes)).toEqual([bytes])
    expect(await solo.broadcast(key, bytes)).toBe(bytes)
    await expect(solo.broadcast(key, null)).rejects.toMatchObject({ code: 'internal' })
  })
})
