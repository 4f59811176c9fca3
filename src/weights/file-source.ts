// A model file that a person picked on this device.
import { HeadroomError, throwIfAborted } from '../base/errors.ts'
import type { Range } from '../base/ranges.ts'
import type { ByteSource } from './byte-source.ts'

const CHUNK_BYTES = 1 << 20

/** A `File` or `Blob` as a source. It has no ETag before `contentEtag` gives it one. */
export function openFileSource(file: Blob, name = file instanceof File ? file.name : 'file'): ByteSource {
  return {
    origin: { kind: 'local', path: name },
    name,
    size: file.size,
    etag: null,
    verified: 'local',
    downloadedBytes: 0,
    async *read({ start, end }: Range, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
      for (let at = start; at < end; at += CHUNK_BYTES) {
        throwIfAborted(signal)
        const part = file.slice(at, Math.min(end, at + CHUNK_BYTES))
        yield new Uint8Array(
          await part.arrayBuffer().catch((error: unknown) => {
            throw new HeadroomError(
              'download-failed',
              `${name} can no longer be read at byte ${at} (${error instanceof Error ? error.message : error}). Was it moved or changed? Pick it again.`,
              { cause: error },
            )
          }),
        )
      }
    },
  }
}
