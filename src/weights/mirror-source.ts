// A model file on our mirror. Every byte is checked before it is used: whole 1 MiB pieces against the file's list of digests, any other
// run or column cut by the digest sent with it. crypto.subtle cannot hash a stream, so everything is asked in units of at most 1 MiB.
import { HeadroomError, ModelFormatError } from '../base/errors.ts'
import { range } from '../base/ranges.ts'
import type { ByteSource, StridedCut } from './byte-source.ts'
import { canDigest, parseDigestHeader, sha256Hex } from './digest.ts'
import { checkEtag, checkRange, type HttpOptions } from './http-source.ts'
import { inOrder } from './in-order.ts'
import { fetchDigests, type MirrorDigests, mirrorFileUrl, PIECE_BYTES } from './mirror-protocol.ts'
import { Attempts, checkStatus, fetchBody, RETRY_DELAYS_MS, TransientError } from './retry.ts'
import { cutByteLength, splitCut } from './strided.ts'

const REQUESTS_AT_ONCE = 6

/** `mirrorUrl` ends in `/models/`; `path` as in its index. Throws `model-not-found`, `download-failed`, `bad-message`. */
export async function openMirrorSource(
  mirrorUrl: string,
  path: string,
  options: HttpOptions = {},
): Promise<ByteSource> {
  const { retryDelaysMs = RETRY_DELAYS_MS } = options
  const url = mirrorFileUrl(mirrorUrl, path)
  const file = await fetchDigests(url, retryDelaysMs, options.signal)
  let downloadedBytes = 0
  const fetchUnit = (unit: Unit, signal: AbortSignal) =>
    fetchChecked(url, file, unit, retryDelaysMs, (byteCount) => (downloadedBytes += byteCount), signal)
  return {
    origin: { kind: 'mirror', path },
    name: path.split('/').pop() ?? path,
    size: file.size,
    etag: file.etag,
    verified: canDigest() ? 'digest' : 'length-and-etag',
    get downloadedBytes() {
      return downloadedBytes
    },
    read: ({ start, end }, signal) => inOrder(runUnits(start, end, file), REQUESTS_AT_ONCE, fetchUnit, signal),
    readStrided: (cut, signal) => inOrder(cutUnits(cut), REQUESTS_AT_ONCE, fetchUnit, signal),
  }
}

/** One request: a whole piece of the digest list, or a cut with a digest of its own. */
type Unit = { kind: 'piece'; start: number; end: number; sha256: string } | { kind: 'cut'; cut: StridedCut }

/** A run up to 1 MiB is one request; a longer one is cut on the pieces' boundaries. */
function runUnits(start: number, end: number, file: MirrorDigests): Unit[] {
  const units: Unit[] = []
  for (let at = start; at < end; ) {
    const pieceEnd = Math.min(file.size, (Math.floor(at / PIECE_BYTES) + 1) * PIECE_BYTES)
    const sha256 = file.sha256[at / PIECE_BYTES]
    const isPiece = sha256 !== undefined && end >= pieceEnd
    const unitEnd = isPiece || end - start > PIECE_BYTES ? Math.min(end, pieceEnd) : end
    const length = unitEnd - at
    units.push(
      isPiece
        ? { kind: 'piece', start: at, end: unitEnd, sha256 }
        : { kind: 'cut', cut: { first: at, stride: length, length, count: 1 } },
    )
    at = unitEnd
  }
  return units
}

function cutUnits(cut: StridedCut): Unit[] {
  const runs = Math.max(1, Math.floor(PIECE_BYTES / cut.length))
  return splitCut(cut, runs).map((part) => ({ kind: 'cut', cut: part }))
}

async function fetchChecked(
  url: string,
  file: MirrorDigests,
  unit: Unit,
  delaysMs: readonly number[],
  onBytes: (byteCount: number) => void,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const attempts = new Attempts(`Downloading ${url}`, delaysMs)
  let mismatches = 0
  for (;;) {
    try {
      const { bytes, sha256 } = await fetchUnit(url, file, unit, onBytes, signal)
      if (!canDigest() || (await sha256Hex(bytes)) === sha256) return bytes
      if (++mismatches > 1) throw corrupt(url, unit)
    } catch (error) {
      await attempts.failed(error, signal)
    }
  }
}

async function fetchUnit(
  url: string,
  file: MirrorDigests,
  unit: Unit,
  onBytes: (byteCount: number) => void,
  signal: AbortSignal,
): Promise<{ bytes: Uint8Array; sha256: string | null }> {
  const byteLength = unit.kind === 'piece' ? unit.end - unit.start : cutByteLength(unit.cut)
  const bytes = new Uint8Array(byteLength)
  let sha256: string | null = null
  const check = (response: Response) => {
    if (unit.kind === 'piece') {
      checkRange(response, url, file, range(unit.start, unit.end))
      sha256 = unit.sha256
    } else {
      checkEtag(response, url, file)
      checkStatus(response, 200, 'The model')
      sha256 = parseDigestHeader(response.headers.get('headroom-digest'))
      if (sha256 === null) throw notOurMirror(url)
    }
  }
  let filled = 0
  for await (const chunk of fetchBody(...requestOf(url, unit), check, signal)) {
    onBytes(chunk.length)
    if (filled + chunk.length > byteLength) throw notOurMirror(url)
    bytes.set(chunk, filled)
    filled += chunk.length
  }
  if (filled < byteLength) throw new TransientError(`${url} broke off after ${filled} of ${byteLength} bytes.`)
  return { bytes, sha256 }
}

function requestOf(url: string, unit: Unit): [url: string, headers: Record<string, string>] {
  if (unit.kind === 'piece') return [url, { Range: `bytes=${unit.start}-${unit.end - 1}` }]
  const { first, stride, length, count } = unit.cut
  return [`${url}?first=${first}&stride=${stride}&length=${length}&count=${count}`, {}]
}

function corrupt(url: string, unit: Unit): ModelFormatError {
  const at = unit.kind === 'piece' ? unit.start : unit.cut.first
  return new ModelFormatError(
    `Bytes of ${url} from ${at} on do not match their SHA-256, twice in a row: the file on the server or the way to it is damaged. Nothing of it was used. Fetch the model anew on the server.`,
    'model-corrupt',
  )
}

function notOurMirror(url: string): HeadroomError {
  return new HeadroomError(
    'download-failed',
    `${url} does not answer a cut the way a Headroom mirror does (exactly the bytes asked, with their Headroom-Digest). Is something between this page and the server? Reload the page.`,
  )
}
