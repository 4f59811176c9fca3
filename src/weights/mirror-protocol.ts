// The words of our model mirror: `/models/index.json` and `/models/<path>?digests`. What it answers is unknown until parsed here.
import * as v from 'valibot'
import { fetchJson, notUnderstood } from './fetch-json.ts'
import { RETRY_DELAYS_MS } from './retry.ts'

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
  return (await fetchJson(url, indexSchema, { what: 'The list of models', retryDelaysMs: RETRY_DELAYS_MS, signal }))
    .models
}

/** Throws `bad-message` where the list does not fit the size it names. */
export async function fetchDigests(
  fileUrl: string,
  delaysMs: readonly number[],
  signal?: AbortSignal,
): Promise<MirrorDigests> {
  const url = `${fileUrl}?digests`
  const digests = await fetchJson(url, digestsSchema, { what: 'The model', retryDelaysMs: delaysMs, signal })
  const expected = Math.ceil(digests.size / PIECE_BYTES)
  if (digests.sha256.length === expected) return digests
  throw notUnderstood(url, `${digests.sha256.length} digests where ${digests.size} bytes need ${expected}`)
}
