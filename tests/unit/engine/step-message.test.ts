import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HeadroomError } from '../../../src/base/errors.ts'
import { decodeStepMessage, encodeStepMessage, type StepMessage } from '../../../src/engine/step-message.ts'
import { type HeadRequest, plainRequest } from '../../../src/model/sampling.ts'

fc.configureGlobal({ seed: 1 })

const hiddenSize = 3

const head: fc.Arbitrary<HeadRequest> = fc.record({
  candidates: fc.nat(1000),
  order: fc.constantFrom('logit' as const, 'noise' as const),
  temperature: fc.double({ min: 0, max: 100, noNaN: true }),
  repetitionPenalty: fc.double({ min: 0.01, max: 100, noNaN: true }),
  seenTokens: fc.array(fc.nat(50_000)),
  seed: fc.nat(2 ** 32 - 1),
  likeliest: fc.nat(20),
  logits: fc.boolean(),
})

const forward: fc.Arbitrary<StepMessage> = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.nat(5000), fc.option(head), fc.nat())
  .chain(([tokenCount, pastLength, asked, step]) =>
    fc
      .record({
        rows: fc.oneof(
          fc.constantFrom('last' as const, 'all' as const),
          fc.uniqueArray(fc.nat(tokenCount - 1), { maxLength: tokenCount }),
        ),
        embedded: fc.array(fc.float({ noNaN: true }), {
          minLength: tokenCount * hiddenSize,
          maxLength: tokenCount * hiddenSize,
        }),
        goesOn: fc.boolean(),
        mask: fc.option(fc.array(fc.constantFrom(0, 1), { minLength: tokenCount, maxLength: tokenCount })),
      })
      .map(({ rows, embedded, mask, goesOn }): StepMessage => {
        const positions = Array.from({ length: tokenCount }, (_, i) => pastLength + i)
        return {
          kind: 'forward',
          step: { epoch: 3, step, sequence: 0, pastLength, tokens: [], positions, rows, ...(mask && { mask }) },
          head: asked,
          embedded: Float32Array.from(embedded),
          ...(goesOn && { goesOn }),
        }
      }),
  )

const message: fc.Arbitrary<StepMessage> = fc.oneof(
  forward,
  head.map((asked): StepMessage => ({ kind: 'head', head: asked })),
)

/** -0 has no JSON. */
const plain = (value: StepMessage) => JSON.parse(JSON.stringify(value)) as unknown

function refusal(bytes: Uint8Array): unknown {
  try {
    return decodeStepMessage(bytes, hiddenSize)
  } catch (error) {
    return error
  }
}

test('every message comes back as it was, from any address', () => {
  fc.assert(
    fc.property(message, fc.nat(7), (sent, shift) => {
      const bytes = encodeStepMessage(sent)
      const moved = new Uint8Array(bytes.length + shift).subarray(shift)
      moved.set(bytes)
      const received = decodeStepMessage(moved, hiddenSize)
      expect(plain(received)).toEqual(plain(sent))
      if (sent.kind === 'forward' && received.kind === 'forward') expect(received.embedded).toEqual(sent.embedded)
    }),
  )
})

test('token ids stay with the leader', () => {
  const step = {
    epoch: 1,
    step: 0,
    sequence: 0,
    pastLength: 0,
    tokens: [987654],
    positions: [0],
    rows: 'last',
  } as const
  const bytes = encodeStepMessage({ kind: 'forward', step, head: null, embedded: new Float32Array(hiddenSize) })
  expect(new TextDecoder().decode(bytes)).not.toContain('987654')
})

test('garbage is refused in words', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(refusal(bytes)).toMatchObject({ code: 'peer-shape' })
    }),
  )
})

test('a message cut short, grown or with another length of its JSON is refused', () => {
  fc.assert(
    fc.property(forward, fc.integer({ min: -400, max: 400 }), fc.nat(0xffffffff), (sent, change, claimed) => {
      const bytes = encodeStepMessage(sent)
      const resized = new Uint8Array(Math.max(0, bytes.length + change))
      resized.set(bytes.subarray(0, resized.length))
      if (change !== 0) expect(refusal(resized)).toMatchObject({ code: 'peer-shape' })
      const lying = bytes.slice()
      const view = new DataView(lying.buffer)
      fc.pre(claimed !== view.getUint32(0, true))
      view.setUint32(0, claimed, true)
      expect(refusal(lying)).toMatchObject({ code: 'peer-shape' })
    }),
  )
})

function encodeJson(json: string, embeddedBytes = 0): Uint8Array {
  const text = new TextEncoder().encode(json)
  const bytes = new Uint8Array(4 + text.length + embeddedBytes)
  new DataView(bytes.buffer).setUint32(0, text.length, true)
  bytes.set(text, 4)
  return bytes
}

const asked = { ...plainRequest, candidates: 1 }
const step = { epoch: 1, step: 0, sequence: 0, pastLength: 0, tokens: [], positions: [0, 1], rows: 'last' }

test.each([
  { what: 'a row that is not there', change: { step: { ...step, rows: [2] } } },
  { what: 'more rows than tokens', change: { step: { ...step, rows: [0, 1, 0] } } },
  { what: 'no tokens', change: { step: { ...step, positions: [] } } },
  { what: 'a position before the first', change: { step: { ...step, positions: [0, -1] } } },
  { what: 'a past that is no number', change: { step: { ...step, pastLength: null } } },
  { what: 'more candidates than any vocabulary', change: { head: { ...asked, candidates: 2 ** 21 } } },
  { what: 'an order that there is not', change: { head: { ...asked, order: 'best' } } },
  { what: 'a penalty of zero', change: { head: { ...asked, repetitionPenalty: 0 } } },
])('refuses $what', ({ change }) => {
  const json = JSON.stringify({ kind: 'forward', step, head: asked, ...change })
  const positions = (change.step ?? step).positions.length
  expect(refusal(encodeJson(json, positions * hiddenSize * 4))).toMatchObject({ code: 'peer-shape' })
})

test('an honest message of the same form passes', () => {
  const json = JSON.stringify({ kind: 'forward', step, head: asked })
  expect(decodeStepMessage(encodeJson(json, 2 * hiddenSize * 4), hiddenSize).kind).toBe('forward')
})

test('a huge array of nonsense is refused at its first element, in a few words', () => {
  const json = JSON.stringify({
    kind: 'forward',
    step: { ...step, positions: new Array(300_000).fill('x') },
    head: null,
  })
  const error = refusal(encodeJson(json))
  expect(error).toBeInstanceOf(HeadroomError)
  expect((error as HeadroomError).message.length).toBeLessThan(300)
  const rows = JSON.stringify({ kind: 'forward', step: { ...step, rows: new Array(300_000).fill(9) }, head: null })
  expect(refusal(encodeJson(rows, 2 * hiddenSize * 4))).toMatchObject({ code: 'peer-shape' })
})
