// Where a model file's bytes come from. Everything above (headers, loader) sees only this.
import type { Range } from '../base/ranges.ts'

/** `count` runs of `length` bytes; run i starts at byte `first + i * stride`; `stride >= length`. */
export interface StridedCut {
  first: number
  stride: number
  length: number
  count: number
}

/** Random weights that every device makes itself; see generated-source.ts. */
export interface GeneratedWeights {
  seed: number
  /** Mean and standard deviation of the values. */
  mean: number
  deviation: number
}

/** How another device finds the same file. JSON-safe. A `mirror` path is relative to `/models/`. */
export type SourceOrigin =
  | { kind: 'mirror'; path: string }
  | { kind: 'http'; url: string }
  | { kind: 'local'; path: string }
  | ({ kind: 'generated' } & GeneratedWeights)

/** What stands between a wrong byte and the model: SHA-256 of everything, only the file's length and its unchanged ETag, or no network at all. */
export type Verification = 'digest' | 'length-and-etag' | 'local'

/** One model file, readable in parts. */
export interface ByteSource {
  readonly origin: SourceOrigin
  /** For people and messages. */
  readonly name: string
  /** Bytes of the whole file. */
  readonly size: number
  /** Strong ETag with its quotes; null where there is none. Equal ETags and sizes mean equal bytes. */
  readonly etag: string | null
  readonly verified: Verification
  /** Bytes received over the network so far, repeats included; 0 for ever on a local file. */
  readonly downloadedBytes: number
  /** The bytes `[start, end)` in order, in chunks of any size. Throws `download-failed`, `model-corrupt`, `aborted`. */
  read(range: Range, signal?: AbortSignal): AsyncIterable<Uint8Array>
  /** The runs of the cut, one after the other without gaps; present only where this costs less than reading the span. */
  readStrided?(cut: StridedCut, signal?: AbortSignal): AsyncIterable<Uint8Array>
}

/** All chunks in one array of exactly `byteLength` bytes. Throws `RangeError` where the source yields another number. */
export async function collect(chunks: AsyncIterable<Uint8Array>, byteLength: number): Promise<Uint8Array> {
  let all: Uint8Array | null = null
  let filled = 0
  for await (const chunk of chunks) {
    if (filled === 0 && chunk.length === byteLength) {
      all = chunk
    } else {
      all ??= new Uint8Array(byteLength)
      all.set(chunk, filled)
    }
    filled += chunk.length
  }
  if (filled !== byteLength) throw new RangeError(`A source gave ${filled} bytes where ${byteLength} were asked.`)
  return all ?? new Uint8Array(0)
}

/** `range` of the source in one array. Only for small ranges. */
export function readBytes(source: ByteSource, range: Range, signal?: AbortSignal): Promise<Uint8Array> {
  return collect(source.read(range, signal), range.end - range.start)
}
