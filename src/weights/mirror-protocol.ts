// The words of our model mirror: `/models/index.json` and `/models/<path>?digests`. What it answers is unknown until parsed here.
import * as v from 'valibot'
import { HeadroomError } from '../base/errors.ts'
import { Attempts, checkStatus, fetchBody, RETRY_DELAYS_MS, TransientError } from './retry.ts'

/** Relative, plain segments: nothing that could lead out of `/models/`. */
const pathSchema = v.pipe(
  v.string(),
  v.maxLength(400),
  v.check(
    (path) => path.split('/').every((part) => /^[^\\?#%\p{Cc}]+$/u.test(part) && part !== '.' && part !== '..'),
    'not a plain relative path',
  ),
)
const sizeSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const sha256Schema = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))

const indexSchema = v.object({
  models: v.array(
    v.object({
      id: v.string(),
      name: v.string(),
      files: v.array(
        v.object({
          path: pathSchema,
          size: sizeSchema,
          sha256: v.nullable(sha256Schema),
          etag: v.string(),
        }),
      ),
    }),
  ),
})

/** Bytes of every piece but the last that the mirror's digest list is about. */
export const PIECE_BYTES = 1_048_576

const digestsSchema = v.object({
  size: sizeSchema,
  etag: v.pipe(v.string(), v.regex(/^"[^"]*"$/)),
  pieceBytes: v.literal(PIECE_BYTES),
  sha256: v.array(sha256Schema),
})

/** A model on the mirror and its files; `path` is what `openMirrorSource` takes. */
export type MirrorModel = v.InferOutput<typeof indexSchema>['models'][number]

/** SHA-256 of every 1 MiB of one file. */
export type MirrorDigests = v.InferOutput<typeof digestsSchema>

export function isMirrorPath(path: string): boolean {
  return v.is(pathSchema, path)
}

/** The mirror of the server at `serverUrl`; ends in `/models/`. */
export function mirrorUrlOf(serverUrl: string): string {
  return new URL('models/', serverUrl).href
}

/** `mirrorUrl` ends in `/models/`. */
export function mirrorFileUrl(mirrorUrl: string, path: string): string {
  return new URL(path.split('/').map(encodeURIComponent).join('/'), mirrorUrl).href
}

/** What the mirror at `mirrorUrl` (`https://host/models/`) serves. Throws `download-failed`, `bad-message`. */
export async function fetchMirrorIndex(mirrorUrl: string, signal?: AbortSignal): Promise<MirrorModel[]> {
  const url = new URL('index.json', mirrorUrl).href
  return (await fetchJson(url, indexSchema, 'The list of models', RETRY_DELAYS_MS, signal)).models
}

/** Throws `bad-message` where the list does not fit the size it names. */
export async function fetchDigests(
  fileUrl: string,
  delaysMs: readonly number[],
  signal?: AbortSignal,
): Promise<MirrorDigests> {
  const url = `${fileUrl}?digests`
  const digests = await fetchJson(url, digestsSchema, 'The model', delaysMs, signal)
  const expected = Math.ceil(digests.size / PIECE_BYTES)
  if (digests.sha256.length === expected) return digests
  throw notUnderstood(url, `${digests.sha256.length} digests where ${digests.size} bytes need ${expected}`)
}

async function fetchJson<const Schema extends v.GenericSchema>(
  url: string,
  schema: Schema,
  what: string,
  delaysMs: readonly number[],
  signal?: AbortSignal,
): Promise<v.InferOutput<Schema>> {
  const attempts = new Attempts(`Asking for ${url}`, delaysMs)
  for (;;) {
    try {
      const result = v.safeParse(schema, parseJson(url, await fetchText(url, what, signal)))
      if (result.success) return result.output
      throw notUnderstood(url, `${v.getDotPath(result.issues[0]) ?? 'the whole'}: ${result.issues[0].message}`)
    } catch (error) {
      await attempts.failed(error, signal)
    }
  }
}

const MAX_JSON_BYTES = 16 << 20

async function fetchText(url: string, what: string, signal?: AbortSignal): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of fetchBody(url, {}, (response) => checkStatus(response, 200, what), signal)) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > MAX_JSON_BYTES) throw notUnderstood(url, `more than ${MAX_JSON_BYTES} bytes of JSON`)
  }
  return text + decoder.decode()
}

function parseJson(url: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // Cut short on the way, as a rule.
    throw new TransientError(`${url} answers with broken JSON (${text.length} characters).`, { cause: error })
  }
}

function notUnderstood(url: string, how: string): HeadroomError {
  return new HeadroomError(
    'bad-message',
    `${url} answers with something else than this version expects (${how}). Are page and server of one version? Reload the page.`,
  )
}
