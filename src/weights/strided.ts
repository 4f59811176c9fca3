// Strided cuts: the columns of a row-major matrix. A source that cannot cut has the span read and cut here, on arrival,
// so that no more than one chunk is ever held.
import { type Range, range } from '../base/ranges.ts'
import type { StridedCut } from './byte-source.ts'

export function cutByteLength({ length, count }: StridedCut): number {
  return length * count
}

/** From the first byte of the first run to the last byte of the last. */
export function cutSpan({ first, stride, length, count }: StridedCut): Range {
  return range(first, count === 0 ? first : first + (count - 1) * stride + length)
}

/** The runs of `cut`, picked out of `span`, the chunks of `cutSpan(cut)`. Yields views into the chunks' own memory. */
export async function* cutStrided(span: AsyncIterable<Uint8Array>, cut: StridedCut): AsyncGenerator<Uint8Array> {
  if (cut.stride === cut.length) {
    yield* span
    return
  }
  let chunkStart = 0
  for await (const chunk of span) {
    const chunkEnd = chunkStart + chunk.length
    const lastRun = Math.min(cut.count - 1, Math.floor((chunkEnd - 1) / cut.stride))
    for (let run = Math.floor(chunkStart / cut.stride); run <= lastRun; run++) {
      const start = Math.max(run * cut.stride, chunkStart)
      const end = Math.min(run * cut.stride + cut.length, chunkEnd)
      if (start < end) yield chunk.subarray(start - chunkStart, end - chunkStart)
    }
    chunkStart = chunkEnd
  }
}

/** The same runs as several cuts of at most `runs` runs each. */
export function splitCut(cut: StridedCut, runs: number): StridedCut[] {
  const parts: StridedCut[] = []
  for (let run = 0; run < cut.count; run += runs) {
    parts.push({ ...cut, first: cut.first + run * cut.stride, count: Math.min(runs, cut.count - run) })
  }
  return parts
}
