// What the leader sends every rank at the start of a step (slot 0): JSON for the small part, then the embedded tokens as float32.
// Layout: u32 length of the JSON, JSON in UTF-8 padded with spaces to a multiple of 4, [T, H] float32, little-endian.
import * as v from 'valibot'
import { HeadroomError } from '../base/errors.ts'
import type { Step } from '../compute/executor.ts'
import type { HeadRequest } from '../model/sampling.ts'

/** `forward`: one pass over T tokens; `goesOn`: its times count with those of the one before it. `head`: ask the last step's head again, for more candidates. */
export type StepMessage =
  | { kind: 'forward'; step: Step; head: HeadRequest | null; embedded: Float32Array; goesOn?: true }
  | { kind: 'head'; head: HeadRequest }

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const finite = v.pipe(v.number(), v.finite())

const headSchema = v.object({
  candidates: v.pipe(count, v.maxValue(1 << 20)),
  order: v.picklist(['logit', 'noise']),
  temperature: v.pipe(finite, v.minValue(0)),
  repetitionPenalty: v.pipe(finite, v.gtValue(0)),
  seenTokens: v.array(count),
  seed: finite,
  likeliest: v.pipe(count, v.maxValue(1 << 20)),
  logits: v.boolean(),
})

const messageSchema = v.variant('kind', [
  v.object({
    kind: v.literal('forward'),
    step: v.object({
      epoch: count,
      step: count,
      sequence: count,
      pastLength: count,
      tokens: v.array(count),
      positions: v.pipe(v.array(count), v.minLength(1)),
      mask: v.optional(v.array(v.picklist([0, 1]))),
      rows: v.union([v.picklist(['last', 'all']), v.array(count)]),
    }),
    head: v.nullable(headSchema),
    goesOn: v.exactOptional(v.literal(true)),
  }),
  v.object({ kind: v.literal('head'), head: headSchema }),
])

/** Token ids and types stay with the leader: only it embeds. */
export function encodeStepMessage(message: StepMessage): Uint8Array {
  const embedded = message.kind === 'forward' ? message.embedded : new Float32Array(0)
  const plain =
    message.kind === 'forward'
      ? { ...message, step: { ...message.step, tokens: [], tokenTypes: undefined }, embedded: undefined }
      : message
  const json = new TextEncoder().encode(JSON.stringify(plain))
  const start = 4 + Math.ceil(json.length / 4) * 4
  const bytes = new Uint8Array(start + embedded.byteLength).fill(0x20, 4, start)
  new DataView(bytes.buffer).setUint32(0, start - 4, true)
  bytes.set(json, 4)
  new Float32Array(bytes.buffer, start).set(embedded)
  return bytes
}

/** Throws `peer-shape` where the message does not parse or its numbers are not `[T, hiddenSize]`. */
export function decodeStepMessage(bytes: Uint8Array, hiddenSize: number): StepMessage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const jsonLength = bytes.length >= 4 ? view.getUint32(0, true) : 0
  if (jsonLength === 0 || 4 + jsonLength > bytes.length) throw malformed(`${bytes.length} bytes`)
  const parsed = v.safeParse(messageSchema, parseJson(bytes.subarray(4, 4 + jsonLength)), { abortEarly: true })
  if (!parsed.success) throw malformed(v.getDotPath(parsed.issues[0]) ?? 'the whole')
  const message = parsed.output
  if (message.kind === 'head') return message
  const { positions, rows, mask } = message.step
  if (mask && mask.length !== positions.length)
    throw malformed(`a mask of ${mask.length} for ${positions.length} tokens`)
  const embeddedBytes = bytes.slice(4 + jsonLength)
  if (embeddedBytes.length !== positions.length * hiddenSize * 4)
    throw malformed(`${embeddedBytes.length} bytes for ${positions.length} tokens of ${hiddenSize} values`)
  if (typeof rows === 'object') {
    if (rows.length > positions.length) throw malformed(`${rows.length} rows of ${positions.length}`)
    const outside = rows.find((row) => row >= positions.length)
    if (outside !== undefined) throw malformed(`row ${outside} of ${positions.length}`)
  }
  return { ...message, embedded: new Float32Array(embeddedBytes.buffer) }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new HeadroomError('peer-shape', 'The leader sent a step that is no JSON. Reload both pages.', { cause })
  }
}

function malformed(what: string): HeadroomError {
  return new HeadroomError(
    'peer-shape',
    `The leader sent a malformed step (${what}). Reload both pages, so that they run the same version.`,
  )
}
