// The storage primitive in memory: files as growing arrays, one opener at a time, a quota.
import type { Storage, StoredFile } from '../../src/weights/storage.ts'

export interface MemoryStorage extends Storage {
  /** By name; tests may damage them. */
  files: Map<string, Uint8Array>
  quotaBytes: number
}

export function memoryStorage(): MemoryStorage {
  const open = new Set<string>()
  const storage: MemoryStorage = {
    files: new Map(),
    quotaBytes: Number.POSITIVE_INFINITY,
    async open(name) {
      if (open.has(name)) return null
      open.add(name)
      if (!storage.files.has(name)) storage.files.set(name, new Uint8Array(0))
      return memoryFile(name)
    },
    async list() {
      return [...storage.files].map(([name, bytes]) => ({ name, byteLength: bytes.length }))
    },
    async remove(name) {
      return !open.has(name) && storage.files.delete(name)
    },
  }

  function memoryFile(name: string): StoredFile {
    const bytes = () => storage.files.get(name)!
    return {
      getSize: () => bytes().length,
      read(into, { at }) {
        const part = bytes().subarray(at, at + into.length)
        into.set(part)
        return part.length
      },
      write(part, { at }) {
        const size = Math.max(bytes().length, at + part.length)
        const others = [...storage.files].reduce((sum, [other, { length }]) => sum + (other === name ? 0 : length), 0)
        if (others + size > storage.quotaBytes) throw new DOMException('No room.', 'QuotaExceededError')
        const next = new Uint8Array(size)
        next.set(bytes())
        next.set(part, at)
        storage.files.set(name, next)
        return part.length
      },
      truncate: (byteLength) => void storage.files.set(name, bytes().slice(0, byteLength)),
      flush: () => undefined,
      close: () => void open.delete(name),
    }
  }
  return storage
}
