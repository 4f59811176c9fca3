// Downloads kept on this device, so that a reload or another plan fetches only what is new. One file per model file and tab (a second tab
// of the same browser finds the first one's file locked and keeps its own). A model file without an ETag is never kept: nothing would say
// that it changed; nor is one of this device, which is here already. Trouble with storage never stops a load; it is told once. Beside the
// files lie notes of whose they are (kept-models.ts) and which models are whole (whole-models.ts).
import { HeadroomError } from '../base/errors.ts'
import type { ByteSource } from './byte-source.ts'
import { CacheFile } from './cache-file.ts'
import { originName, versionName } from './cache-names.ts'
import { noteUse } from './kept-models.ts'
import { isNote } from './notes.ts'
import type { TensorPart } from './rectangles.ts'
import { openBrowserStorage, type Storage } from './storage.ts'
import { noteWhole, type WholeModel } from './whole-models.ts'

/** Tabs of one browser that can keep the same model. */
const MAX_SLOTS = 16

/** Owns the open files; `close()` them after loading, so that they can be forgotten. */
export interface WeightCache {
  /** What of `part` is not here; `[part]` itself where nothing is. */
  missing(part: TensorPart): readonly TensorPart[]
  /** Copies what is here of `part` into `out` (the part's bytes, row after row); returns what is not, damaged entries included. */
  readInto(part: TensorPart, out: Uint8Array): Promise<readonly TensorPart[]>
  /** `bytes` must be those of a part that is not here; they are written at the latest by `close`. */
  write(part: TensorPart, bytes: Uint8Array): Promise<void>
  /** Never throws; `onProblem` may still hear of a full storage. */
  close(): void
  /** After `close`: notes that nothing of the model is missing here, unless something could not be kept. Never throws. */
  noteWhole(model: WholeModel): Promise<void>
}

/**
 * Opens what is kept of `sources` and removes what is kept of older versions of them. In a dedicated worker only. `onProblem` hears
 * `storage-full` once when nothing (more) can be kept. `modelId` is noted as whose downloads these are. `storage` is the browser's own unless given.
 */
export async function openWeightCache(
  sources: readonly ByteSource[],
  onProblem: (problem: HeadroomError) => void,
  modelId: string,
  storage?: Storage,
): Promise<WeightCache> {
  const files: (CacheFile | null)[] = sources.map(() => null)
  let told = false
  const tell = (error: unknown) => {
    if (!told) onProblem(toProblem(error))
    told = true
  }
  let opened: Storage | null = null
  if (sources.some(isKept)) {
    try {
      opened = storage ?? (await openBrowserStorage())
      for (const [index, source] of sources.entries()) files[index] = await openCacheFile(source, opened)
      await noteUse(opened, await Promise.all(sources.filter(isKept).map(originName)), modelId)
    } catch (error) {
      tell(error)
    }
  }
  return {
    missing: (part) => files[part.source]?.missing(part) ?? [part],
    async readInto(part, out) {
      try {
        return (await files[part.source]?.readInto(part, out)) ?? [part]
      } catch (error) {
        tell(error)
        return [part]
      }
    },
    async write(part, bytes) {
      if (told) return
      try {
        await files[part.source]?.append(part, bytes)
      } catch (error) {
        tell(error)
      }
    },
    close() {
      for (const file of files) {
        try {
          file?.close()
        } catch (error) {
          tell(error)
        }
      }
      files.fill(null)
    },
    async noteWhole(model) {
      if (told || !opened) return
      try {
        await noteWhole(opened, model)
      } catch (error) {
        tell(error)
      }
    },
  }
}

function isKept({ etag, verified }: ByteSource): boolean {
  return etag !== null && verified !== 'local'
}

async function openCacheFile(source: ByteSource, storage: Storage): Promise<CacheFile | null> {
  if (!isKept(source)) return null
  const origin = await originName(source)
  const version = await versionName(source)
  for (const { name } of await storage.list()) {
    if (name.startsWith(`${origin}-`) && !name.startsWith(version)) await storage.remove(name)
  }
  for (let slot = 0; slot < MAX_SLOTS; slot++) {
    const file = await storage.open(`${version}${slot}`)
    if (!file) continue
    try {
      return new CacheFile(file)
    } catch (error) {
      file.close()
      throw error
    }
  }
  return null
}

/** Bytes of all downloads that are kept; 0 where the browser keeps none. Works in every thread. */
export async function cachedBytes(storage?: Storage): Promise<number> {
  const files = await (storage ?? (await storageIfAny()))?.list()
  return (files ?? []).reduce((sum, { name, byteLength }) => sum + (isNote(name) ? 0 : byteLength), 0)
}

/** Removes all downloads. Throws `bad-input` while a tab is loading a model. Works in every thread. */
export async function forgetDownloads(storage?: Storage): Promise<void> {
  const opened = storage ?? (await storageIfAny())
  if (!opened) return
  let busy = 0
  for (const { name } of await opened.list()) if (!(await opened.remove(name))) busy++
  if (busy === 0) return
  throw new HeadroomError(
    'bad-input',
    `${busy} of the downloads cannot be removed while a tab of this browser is loading them. Wait until it has finished, or close it, and try again.`,
  )
}

/** null where the browser keeps nothing for this page. */
export async function storageIfAny(): Promise<Storage | null> {
  try {
    return await openBrowserStorage()
  } catch (error) {
    if (error instanceof HeadroomError && error.code === 'storage-full') return null
    throw error
  }
}

/** Asks the browser not to clear the downloads when space is short; true if it agreed. Call it on the page (workers cannot ask) after the first complete download. */
export async function keepDownloads(): Promise<boolean> {
  return (await globalThis.navigator?.storage?.persist?.()) ?? false
}

function toProblem(error: unknown): HeadroomError {
  if (error instanceof HeadroomError) return error
  const name = error instanceof Error ? error.name : ''
  const why = (error instanceof Error ? error.message : String(error)).replace(/\.$/, '')
  const what =
    name === 'QuotaExceededError'
      ? 'The browser has no more room for downloads'
      : 'The browser refused to keep the download'
  return new HeadroomError(
    'storage-full',
    `${what} (${why}). The model still runs, but it is fetched again next time. Free some space, or delete other models that are kept on this device.`,
    { cause: error },
  )
}
