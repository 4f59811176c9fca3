// What a device asks of the one that has a file, and the bounds of it. A file is named by its ETag, a hash of its whole content: who was
// not told it cannot ask, and another file is never taken for it.
import * as v from 'valibot'
import { HeadroomError } from '../base/errors.ts'
import type { StridedCut } from './byte-source.ts'
import { cutByteLength, cutSpan } from './strided.ts'

/** Of one answer: what is hashed, and repeated after an interruption, as a whole. */
export const MAX_PIECE_BYTES = 1 << 20
/** From the first to the last byte of one cut: what the answering side reads for it. */
export const MAX_SPAN_BYTES = 16 << 20

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const positive = v.pipe(count, v.minValue(1))

const requestSchema = v.object({
  etag: v.pipe(v.string(), v.maxLength(200)),
  cut: v.object({ first: count, stride: positive, length: positive, count: positive }),
})
const headSchema = v.object({ sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) })

export type PeerRequest = v.InferOutput<typeof requestSchema>
/** Said with a piece's bytes. */
export type PeerPieceHead = v.InferOutput<typeof headSchema>

/** Throws `bad-message` for anything else, and for a cut that is too large or contradicts itself. */
export function parsePeerRequest(input: unknown): PeerRequest {
  const request = parse(requestSchema, input, 'request for a part of a file')
  const { cut } = request
  const { start, end } = cutSpan(cut)
  const tooLarge = cutByteLength(cut) > MAX_PIECE_BYTES || end - start > MAX_SPAN_BYTES
  if (cut.stride >= cut.length && !tooLarge && Number.isSafeInteger(end)) return request
  throw new HeadroomError(
    'bad-message',
    `A request for a part of a file makes no sense: ${describeCut(cut)}. A part has at most ${MAX_PIECE_BYTES} bytes, from a span of at most ${MAX_SPAN_BYTES}. Reload both pages, so that they run the same version.`,
  )
}

/** Throws `bad-message`. */
export function parsePieceHead(input: unknown): PeerPieceHead {
  return parse(headSchema, input, 'answer with a part of a file')
}

export function describeCut({ first, stride, length, count: runs }: StridedCut): string {
  return runs === 1
    ? `${length} bytes from ${first} on`
    : `${runs} runs of ${length} bytes, every ${stride} from ${first} on`
}

function parse<Schema extends v.GenericSchema>(schema: Schema, input: unknown, what: string): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input, { abortEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  throw new HeadroomError(
    'bad-message',
    `The other device sent a ${what} that this version does not understand (${v.getDotPath(issue) ?? 'the whole'}: ${issue.message.slice(0, 200)}). Reload both pages.`,
  )
}
