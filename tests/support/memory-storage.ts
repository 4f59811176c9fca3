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
    async readText(name) {
      return new TextDecoder().decode(storage.files.get(name))
    },
    async remove(name) {
      return !open.has(name) && storage.files.delete(name)
    },
  }

  function memoryFile(name: string): StoredFile {
    const bytes = () => storage.files.get(name)!
    const resize = (byteLength: number) => {
      const others = [...storage.files].reduce((sum, [other, { length }]) => sum + (other === name ? 0 : length), 0)
      const grows = byteLength > bytes().length
      if (grows && others + byteLength > storage.quotaBytes) throw new DOMException('No room.', 'QuotaExceededError')
      const next = new Uint8Array(byteLength)
      next.set(bytes().subarray(0, byteLength))
      storage.files.set(name, next)
    }
    return {
      getSize: () => bytes().length,
      read(into, { at }) {
        const part = bytes().subarray(at, at + into.length)
        into.set(part)
        return part.length
      },
      write(part, { at }) {
        if (at + part.length > bytes().length) resize(at + part.length)
        bytes().set(part, at)
        return part.length
      },
      truncate: resize,
      flush: () => undefined,
      close: () => void open.delete(name),
    }
  }
  return storage
}
