// The primitive under the cache: a flat folder of files, in the shape of OPFS's sync access handles (File System Standard, WHATWG), which
// only dedicated workers have.
import { HeadroomError } from '../base/errors.ts'

/** One open file. Every method may throw what the browser throws, `QuotaExceededError` above all. */
export interface StoredFile {
  getSize(): number
  /** Bytes read, fewer than asked at the end of the file. */
  read(into: Uint8Array, options: { at: number }): number
  write(bytes: Uint8Array, options: { at: number }): number
  truncate(byteLength: number): void
  flush(): void
  close(): void
}

export interface Storage {
  /** Creates the file where it is missing; null while another tab holds it open. */
  open(name: string): Promise<StoredFile | null>
  list(): Promise<{ name: string; byteLength: number }[]>
  /** The whole of a small file. */
  readText(name: string): Promise<string>
  /** False while a tab holds it open. */
  remove(name: string): Promise<boolean>
}

const FOLDER = 'headroom-weights'

/** The origin private file system. `open` works in dedicated workers only, the rest everywhere. Throws `storage-full` where the browser has none for this page. */
export async function openBrowserStorage(): Promise<Storage> {
  const root = await globalThis.navigator?.storage?.getDirectory?.().catch(noStorage)
  if (!root) return noStorage(new Error('no origin private file system'))
  const folder = await root.getDirectoryHandle(FOLDER, { create: true }).catch(noStorage)
  return {
    async open(name) {
      const file = await folder.getFileHandle(name, { create: true })
      return unlessLocked(() => openSync(file))
    },
    async list() {
      const found: { name: string; byteLength: number }[] = []
      for await (const handle of folder.values()) {
        if (handle.kind === 'file') found.push({ name: handle.name, byteLength: (await handle.getFile()).size })
      }
      return found
    },
    async readText(name) {
      const file = await folder.getFileHandle(name)
      return (await file.getFile()).text()
    },
    async remove(name) {
      const remove = async () => {
        await folder.removeEntry(name)
        return true
      }
      return (await unlessLocked(remove)) ?? false
    },
  }
}

/** The handle's method is missing outside dedicated workers, and in the page's type library. */
async function openSync(file: FileSystemFileHandle & { createSyncAccessHandle?(): Promise<StoredFile> }) {
  if (file.createSyncAccessHandle) return await file.createSyncAccessHandle()
  return noStorage(new Error('files can be written in a worker only'))
}

async function unlessLocked<Result>(act: () => Promise<Result>): Promise<Result | null> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NoModificationAllowedError') return null
    throw error
  }
}

function noStorage(cause: unknown): never {
  throw new HeadroomError(
    'storage-full',
    `This browser keeps no downloads for this page (${cause instanceof Error ? cause.message : cause}): a private window, or plain http. The model is loaded again each time.`,
    { cause },
  )
}
