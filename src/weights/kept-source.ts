// A model file whose plain reads are kept on this device: headers with their tokenizers, megabytes that a reload would fetch again.
// Tensors do not come this way; the loader keeps those by rectangle. In the cache a run of bytes is a part of one row as long as the file.
import { type Range, range } from '../base/ranges.ts'
import { type ByteSource, readBytes } from './byte-source.ts'
import { rectByteLength, type TensorPart } from './rectangles.ts'
import type { WeightCache } from './weight-cache.ts'

/** `index` is the source's place among those that `cache` was opened for. Each read is held in memory whole: only for small ones. */
export function keptSource(source: ByteSource, cache: WeightCache, index: number): ByteSource {
  async function* read(wanted: Range, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const rect = { rows: range(0, 1), bytes: wanted }
    const part: TensorPart = { source: index, tensorOffset: 0, rowBytes: source.size, rect }
    const bytes = new Uint8Array(rectByteLength(rect))
    if (bytes.length === 0) return
    for (const missing of await cache.readInto(part, bytes)) {
      const fetched = await readBytes(source, missing.rect.bytes, signal)
      bytes.set(fetched, missing.rect.bytes.start - wanted.start)
      await cache.write(missing, fetched)
    }
    yield bytes
  }
  const { origin, name, size, etag, verified } = source
  return {
    origin,
    name,
    size,
    etag,
    verified,
    get downloadedBytes() {
      return source.downloadedBytes
    },
    read,
  }
}
