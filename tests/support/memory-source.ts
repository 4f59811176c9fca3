// Bytes in memory, or of a file on this disk, as a source. Browsers have the former alone.
import type { Range } from '../../src/base/ranges.ts'
import type { ByteSource } from '../../src/weights/byte-source.ts'

/** Counts what is read as if it came over a network. */
export function memorySource(bytes: Uint8Array, name = 'memory.gguf', etag: string | null = '"memory"'): ByteSource {
  return countingSource(name, bytes.length, etag, ({ start, end }) => bytes.slice(start, end))
}

/** The file stays open until the process ends. */
export function diskSource(path: string, etag: string | null = null): ByteSource {
  const { fstatSync, openSync, readSync } = process.getBuiltinModule('node:fs')
  const file = openSync(path, 'r')
  return countingSource(path.split('/').pop() ?? path, fstatSync(file).size, etag, ({ start, end }) => {
    const bytes = new Uint8Array(end - start)
    const read = readSync(file, bytes, 0, bytes.length, start)
    return bytes.subarray(0, read)
  })
}

const CHUNK_BYTES = 100_000

function countingSource(
  name: string,
  size: number,
  etag: string | null,
  readAt: (range: Range) => Uint8Array,
): ByteSource {
  let downloadedBytes = 0
  return {
    origin: { kind: 'local', path: name },
    name,
    size,
    etag,
    verified: 'length-and-etag',
    get downloadedBytes() {
      return downloadedBytes
    },
    async *read({ start, end }, signal) {
      for (let at = start; at < end; at += CHUNK_BYTES) {
        signal?.throwIfAborted()
        const chunk = readAt({ start: at, end: Math.min(end, at + CHUNK_BYTES) })
        downloadedBytes += chunk.length
        yield chunk
      }
    },
  }
}
