import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  chunkCountOf,
  FRAME_HEADER_BYTES,
  type FrameHeader,
  MAX_FRAME_BYTES,
  MAX_MESSAGE_BYTES,
  parseFrame,
  writeFrameHeader,
} from '../../../src/net/frame.ts'

fc.configureGlobal({ seed: 1 })

function frameOf(header: FrameHeader, payloadBytes: number): ArrayBuffer {
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + payloadBytes).fill(7)
  writeFrameHeader(new DataView(bytes.buffer), header)
  return bytes.buffer
}

const header: FrameHeader = { epoch: 3, step: 9, slot: 4, rank: 1, chunk: 0, chunkCount: 1, messageBytes: 100 }

describe('a frame', () => {
  test('comes out as it went in', () => {
    const stride = MAX_FRAME_BYTES - FRAME_HEADER_BYTES
    const anyHeader = fc
      .record({
        epoch: fc.nat(0xffffffff),
        step: fc.nat(0xffffffff),
        slot: fc.nat(0xffff),
        rank: fc.nat(255),
        messageBytes: fc.oneof(fc.nat(10_000), fc.nat(5_000_000)),
      })
      .chain((key) => {
        const chunkCount = chunkCountOf(key.messageBytes, MAX_FRAME_BYTES)
        return fc.nat(chunkCount - 1).map((chunk) => ({ ...key, chunk, chunkCount }))
      })
    fc.assert(
      fc.property(anyHeader, (given) => {
        const { chunkCount, messageBytes } = given
        const payloadBytes = chunkCount === 1 ? messageBytes : Math.min(stride, messageBytes - given.chunk * stride)
        const { payload, ...parsed } = parseFrame(frameOf(given, payloadBytes))
        expect(parsed).toEqual(given)
        expect(payload.byteLength).toBe(payloadBytes)
        expect(payload.byteOffset % 8).toBe(0)
      }),
    )
  })

  test('of the largest message has a chunk number that fits', () => {
    expect(chunkCountOf(MAX_MESSAGE_BYTES, MAX_FRAME_BYTES)).toBeLessThan(0x10000)
  })

  test.each([
    ['is empty', new ArrayBuffer(0)],
    ['is shorter than a header', new ArrayBuffer(23)],
    ['is larger than any', frameOf({ ...header, messageBytes: 4073 }, 4073)],
    ['is larger than a packet and no whole message', frameOf({ ...header, messageBytes: 5000, chunkCount: 5 }, 1129)],
    ['has another magic', new ArrayBuffer(124)],
    ['claims 4 GB', frameOf({ ...header, messageBytes: 0xffffffff, chunkCount: 0xffff }, 1128)],
    [
      'claims more than a message may have',
      frameOf({ ...header, messageBytes: MAX_MESSAGE_BYTES + 1, chunkCount: 29747 }, 1128),
    ],
    ['claims a wrong number of chunks', frameOf({ ...header, chunkCount: 2 }, 100)],
    ['claims no chunks', frameOf({ ...header, chunkCount: 0 }, 100)],
    ['is a chunk past the last', frameOf({ ...header, chunk: 1 }, 100)],
    ['brings too little', frameOf(header, 99)],
    ['brings too much', frameOf(header, 101)],
  ])('that %s is refused', (_, bytes) => {
    expect(() => parseFrame(bytes)).toThrow(expect.objectContaining({ code: 'bad-message' }))
  })

  test('of random bytes is refused, and nothing but bad-message is thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1300 }), (bytes) => {
        expect(() => parseFrame(bytes.slice().buffer)).toThrow(expect.objectContaining({ code: 'bad-message' }))
      }),
    )
  })
})
