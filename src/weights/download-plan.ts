// Which requests bring a list of parts: neighbours in the file join to one run, long runs are cut on 1 MiB boundaries of the file (what
// the mirror has digests for), column cuts become several of about 1 MiB.
import { range } from '../base/ranges.ts'
import { type ByteSource, collect, type StridedCut } from './byte-source.ts'
import { cutOf, type TensorPart } from './rectangles.ts'
import { cutByteLength, cutSpan, cutStrided, splitCut } from './strided.ts'

const REQUEST_BYTES = 1 << 20
/** Tensors are aligned in files; bytes between two that are cheaper read than skipped. */
const GAP_BYTES = 64

/** One request, `cutByteLength(cut)` bytes. */
export interface DownloadRequest {
  source: ByteSource
  cut: StridedCut
}

export interface DownloadPlan {
  requests: DownloadRequest[]
  /** Before the bytes of part i this many bytes of the requests' stream are to be skipped. */
  skipBefore: number[]
}

/** The requests' bytes, one after the other, are the parts' bytes in order, with `skipBefore` between them. */
export function planDownload(parts: readonly TensorPart[], sources: readonly ByteSource[]): DownloadPlan {
  const runs: DownloadRequest[] = []
  const skipBefore = parts.map((part) => {
    const source = sources[part.source]!
    const cut = cutOf(part)
    const last = runs.at(-1)
    const gap = last && last.source === source ? cut.first - cutSpan(last.cut).end : -1
    if (!last || last.cut.count > 1 || cut.count > 1 || gap < 0 || gap > GAP_BYTES) {
      runs.push({ source, cut })
      return 0
    }
    const length = last.cut.length + gap + cut.length
    last.cut = { ...last.cut, stride: length, length }
    return gap
  })
  return { requests: runs.flatMap(split), skipBefore }
}

function split({ source, cut }: DownloadRequest): DownloadRequest[] {
  if (cut.count > 1) {
    // Where the source cannot cut, the whole span comes over the line.
    const bytesPerRun = source.readStrided ? cut.length : cut.stride
    const runs = Math.max(1, Math.floor(REQUEST_BYTES / bytesPerRun))
    return splitCut(cut, runs).map((part) => ({ source, cut: part }))
  }
  const { start, end } = cutSpan(cut)
  if (end - start <= REQUEST_BYTES) return [{ source, cut }]
  const requests: DownloadRequest[] = []
  for (let at = start; at < end; ) {
    const length = Math.min(end, (Math.floor(at / REQUEST_BYTES) + 1) * REQUEST_BYTES) - at
    requests.push({ source, cut: { first: at, stride: length, length, count: 1 } })
    at += length
  }
  return requests
}

export function fetchRequest({ source, cut }: DownloadRequest, signal?: AbortSignal): Promise<Uint8Array> {
  const byteLength = cutByteLength(cut)
  if (cut.count === 1) return collect(source.read(range(cut.first, cut.first + cut.length), signal), byteLength)
  if (source.readStrided) return collect(source.readStrided(cut, signal), byteLength)
  return collect(cutStrided(source.read(cutSpan(cut), signal), cut), byteLength)
}
