import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ControlDecoder,
  encodeBye,
  encodeControl,
  encodePing,
  MAX_CONTROL_BYTES,
} from '../../../src/net/control-codec.ts'

fc.configureGlobal({ seed: 1 })

describe('a control message', () => {
  test('comes out as it went in, whatever it holds, with heartbeats between its parts', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (message) => {
        const decoder = new ControlDecoder()
        const signals = encodeControl(message).flatMap((part) => [
          decoder.push(encodePing('ping', 1.5)),
          decoder.push(part),
        ])
        expect(signals.at(-1)).toEqual({ kind: 'message', message: JSON.parse(JSON.stringify(message)) })
        expect(signals[0]).toEqual({ kind: 'ping', stampMs: 1.5 })
      }),
    )
  })

  test('is cut into parts of at most 16 KiB, between which a character may break', () => {
    const text = '𝄞é'.repeat(20_000)
    const parts = encodeControl(text)
    expect(Math.max(...parts.map(({ byteLength }) => byteLength))).toBeLessThanOrEqual(16 * 1024)
    const decoder = new ControlDecoder()
    expect(parts.map((part) => decoder.push(part)).at(-1)).toEqual({ kind: 'message', message: text })
  })

  test('above the limit is refused by the sender', () => {
    expect(() => encodeControl('x'.repeat(MAX_CONTROL_BYTES))).toThrow(expect.objectContaining({ code: 'bad-input' }))
  })

  test('above the limit is refused by the receiver before it is complete', () => {
    const decoder = new ControlDecoder()
    const part = new Uint8Array(1024 * 1024)
    expect(() => {
      for (let count = 0; count < 9; count++) decoder.push(part)
    }).toThrow(expect.objectContaining({ code: 'bad-message' }))
  })

  test.each([
    ['empty', new Uint8Array(0)],
    ['text', 'hello'],
    ['of an unknown kind', Uint8Array.of(9)],
    ['not JSON', Uint8Array.of(1, 0x7b)],
    ['not UTF-8', Uint8Array.of(1, 0x22, 0xff, 0x22)],
    ['a short heartbeat', Uint8Array.of(2, 0)],
  ])('that is %s is refused', (_, data) => {
    expect(() => new ControlDecoder().push(data)).toThrow(expect.objectContaining({ code: 'bad-message' }))
  })

  test('of goodbye is known', () => {
    expect(new ControlDecoder().push(encodeBye())).toEqual({ kind: 'bye' })
  })
})
