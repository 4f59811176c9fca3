// A model file on any server that understands HTTP Range (RFC 9110, section 14). Nothing vouches for the bytes but their number
// and the unchanged ETag; a broken download goes on from the byte it reached.
import { HeadroomError } from '../base/errors.ts'
import type { Range } from '../base/ranges.ts'
import type { ByteSource } from './byte-source.ts'
import { canDigest, sha256Hex } from './digest.ts'
import { followedRequest, type RangeRequest } from './followed-request.ts'
import { Attempts, checkStatus, RETRY_DELAYS_MS, TransientError } from './retry.ts'

export interface HttpOptions {
  signal?: AbortSignal
  /** Waits between attempts without progress. */
  retryDelaysMs?: readonly number[]
  /** Sent to the url's own host alone. Only this device can read the file then, so its origin is `local`; the url must name one version of it. */
  token?: string | null
}

/** Asks the server for one byte to learn size and ETag. Throws `model-not-found`, `token-needed`, `download-failed`. */
export async function openHttpSource(url: string, options: HttpOptions = {}): Promise<ByteSource> {
  const { signal, retryDelaysMs = RETRY_DELAYS_MS, token = null } = options
  const request = followedRequest(url, token)
  const found = await probe(url, request, signal, retryDelaysMs)
  const path = new URL(url).pathname.slice(1)
  let downloadedBytes = 0
  return {
    origin: token === null ? { kind: 'http', url } : { kind: 'local', path },
    name: path.split('/').pop() || url,
    size: found.size,
    etag: token === null ? found.etag : await ownEtag(url, found.etag),
    verified: 'length-and-etag',
    get downloadedBytes() {
      return downloadedBytes
    },
    read(range, readSignal) {
      const onBytes = (byteCount: number) => {
        downloadedBytes += byteCount
      }
      return readRange(url, request, found, range, retryDelaysMs, onBytes, readSignal)
    },
  }
}

/** Other devices ask for a local file by its ETag alone, so it must be no other file's of any server. */
async function ownEtag(url: string, etag: string | null): Promise<string | null> {
  if (!canDigest()) return null
  return `"${await sha256Hex(new TextEncoder().encode(`${url} ${etag}`))}"`
}

/** What every later response of the same file must repeat. */
export interface FileFacts {
  size: number
  etag: string | null
}

async function probe(
  url: string,
  request: RangeRequest,
  signal: AbortSignal | undefined,
  delaysMs: readonly number[],
): Promise<FileFacts> {
  const attempts = new Attempts(`Asking for ${url}`, delaysMs)
  for (;;) {
    try {
      const facts: FileFacts[] = []
      const check = (response: Response) => void facts.push(factsOf(response, url))
      for await (const _ of request('bytes=0-0', check, signal)) break
      if (facts[0]) return facts[0]
    } catch (error) {
      await attempts.failed(error, signal)
    }
  }
}

function factsOf(response: Response, url: string): FileFacts {
  checkRangeStatus(response, url)
  const size = /^bytes 0-0\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1]
  if (size === undefined) throw noRanges(url)
  return { size: Number(size), etag: strongEtag(response) }
}

/** Null for a weak ETag too: it does not promise equal bytes. */
export function strongEtag(response: Response): string | null {
  const etag = response.headers.get('etag')
  return etag?.startsWith('"') ? etag : null
}

async function* readRange(
  url: string,
  request: RangeRequest,
  file: FileFacts,
  { start, end }: Range,
  delaysMs: readonly number[],
  onBytes: (byteCount: number) => void,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const attempts = new Attempts(`Downloading ${url}`, delaysMs)
  let at = start
  while (at < end) {
    try {
      const check = (response: Response) => checkRange(response, url, file, { start: at, end })
      for await (const chunk of request(`bytes=${at}-${end - 1}`, check, signal)) {
        onBytes(chunk.length)
        if (at + chunk.length > end) throw changed(url, `sends more than the ${end - start} bytes asked for`)
        at += chunk.length
        attempts.progressed()
        yield chunk
      }
      if (at < end) throw new TransientError(`${url} broke off at byte ${at} of ${end}.`)
    } catch (error) {
      await attempts.failed(error, signal)
    }
  }
}

/** Throws where a response is not exactly these bytes of this file. */
export function checkRange(response: Response, url: string, file: FileFacts, { start, end }: Range): void {
  const whole = start === 0 && end === file.size
  if (response.status === 416) throw changed(url, 'no longer has these bytes (416)')
  checkEtag(response, url, file)
  if (response.status === 200 && whole) return
  checkRangeStatus(response, url)
  const expected = `bytes ${start}-${end - 1}/${file.size}`
  const contentRange = response.headers.get('content-range')
  if (contentRange !== expected) throw changed(url, `sends "${contentRange}" where "${expected}" was asked`)
}

/** Throws where the response names another ETag than the file had when it was opened. */
export function checkEtag(response: Response, url: string, file: FileFacts): void {
  const etag = strongEtag(response)
  if (file.etag === null || etag === null || etag === file.etag) return
  if (response.ok) throw changed(url, `has ETag ${etag}, it was ${file.etag}`)
}

function checkRangeStatus(response: Response, url: string): void {
  if (response.status === 200) throw noRanges(url)
  checkStatus(response, 206, 'The model', url)
}

function noRanges(url: string): HeadroomError {
  return new HeadroomError(
    'download-failed',
    `${url} cannot be read in parts: the server ignores Range requests (or hides Content-Range from this page). Use a server that answers 206 with Content-Range, or open the file from this device.`,
  )
}

function changed(url: string, how: string): HeadroomError {
  return new HeadroomError(
    'download-failed',
    `The file changed while it was read: ${url} ${how}. Load the model again.`,
  )
}
