// The files of one model by their paths inside its folder, wherever they come from: a mirror's folder, a hub's repository, or a folder that
// was picked or dropped on this device. The folder is the one with the outermost config.json.
import { HeadroomError } from '../base/errors.ts'
import { type ByteSource, readBytes } from '../weights/byte-source.ts'
import { openFileSource } from '../weights/file-source.ts'
import { openHttpSource } from '../weights/http-source.ts'
import { keptSource } from '../weights/kept-source.ts'
import { mirrorUrlOf } from '../weights/mirror-protocol.ts'
import { openMirrorSource } from '../weights/mirror-source.ts'
import { openWeightCache } from '../weights/weight-cache.ts'
import { type KeptFile, keptFile, openKeptFile } from '../weights/whole-models.ts'
import type { ModelSource } from './engine-protocol.ts'

export interface ModelFiles {
  /** Relative to the model's folder, with `/` between parts. */
  readonly paths: readonly string[]
  /** Throws `model-not-found` for a path that is not listed. */
  open(path: string, signal: AbortSignal): Promise<ByteSource>
  /** A small file as text; null where there is none. What came over the network is kept on this device. */
  readText(path: string, signal: AbortSignal): Promise<string | null>
  /** A small JSON file; undefined where there is none. Throws `model-format` for anything but JSON. */
  readJson(path: string, signal: AbortSignal): Promise<unknown>
  /** What opens again, without network, the files that were opened so far; null where one of them is not kept. */
  kept(): readonly KeptFile[] | null
}

interface FoundFile {
  path: string
  open(signal: AbortSignal): Promise<ByteSource>
}

/** Throws `bad-input` where there is more than one model's folder. */
export function modelFiles(source: ModelSource): ModelFiles {
  const found = foundFiles(source)
  const folder = modelFolder(found.map(({ path }) => path))
  const files = new Map(
    found.filter(({ path }) => path.startsWith(folder)).map((file) => [file.path.slice(folder.length), file]),
  )
  const kept = new Map<string, KeptFile | null>()
  const open: ModelFiles['open'] = async (path, signal) => {
    const file = files.get(path)
    if (file) {
      const opened = await file.open(signal)
      kept.set(path, keptFile(path, opened))
      return opened
    }
    throw new HeadroomError(
      'model-not-found',
      `${source.modelId} has no file ${path}. It has: ${listed(files.keys())}.`,
    )
  }
  const readText: ModelFiles['readText'] = async (path, signal) => {
    if (!files.has(path)) return null
    const opened = await open(path, signal)
    const bytes = await reading([opened], source.modelId, ([kept]) =>
      readBytes(kept!, { start: 0, end: kept!.size }, signal),
    )
    return new TextDecoder().decode(bytes)
  }
  return {
    paths: [...files.keys()],
    open,
    readText,
    async readJson(path, signal) {
      const text = await readText(path, signal)
      if (text === null) return undefined
      try {
        return JSON.parse(text)
      } catch (cause) {
        throw new HeadroomError('model-format', `${path} of ${source.modelId} is no JSON. Fetch it again.`, { cause })
      }
    },
    kept() {
      const all = [...kept.values()].filter((file) => file !== null)
      return all.length === kept.size ? all : null
    },
  }
}

/** For messages: the first few of them. */
export function listed(paths: Iterable<string>): string {
  const all = [...paths]
  const rest = all.length > 8 ? `, and ${all.length - 8} more` : ''
  return all.slice(0, 8).join(', ') + rest || 'no files'
}

/** Runs `read` on sources that keep what it reads; trouble with storage is told when the weights are loaded. */
export async function reading<Result>(
  sources: readonly ByteSource[],
  modelId: string,
  read: (kept: readonly ByteSource[]) => Promise<Result>,
): Promise<Result> {
  const cache = await openWeightCache(sources, () => undefined, modelId)
  try {
    return await read(sources.map((source, index) => keptSource(source, cache, index)))
  } finally {
    cache.close()
  }
}

/** With its `/` at the end; '' without a config.json. */
function modelFolder(paths: readonly string[]): string {
  const depthOf = (folder: string) => folder.split('/').length
  const folders = paths
    .filter((path) => /(^|\/)config\.json$/.test(path))
    .map((path) => path.slice(0, -'config.json'.length))
    .sort((a, b) => depthOf(a) - depthOf(b))
  const [first = ''] = folders
  const outermost = folders.filter((folder) => depthOf(folder) === depthOf(first))
  if (outermost.length <= 1) return first
  throw new HeadroomError('bad-input', `These are several models: ${listed(outermost)}. Choose the folder of one.`)
}

function foundFiles(source: ModelSource): FoundFile[] {
  switch (source.kind) {
    case 'mirror':
      return source.paths.map((path) => ({
        path,
        open: (signal) => openMirrorSource(mirrorUrlOf(source.baseUrl), path, { signal }),
      }))
    case 'http':
      return source.files.map(({ path, url }) => ({
        path,
        open: (signal) => openHttpSource(url, { signal, token: source.token }),
      }))
    case 'kept':
      return source.files.map((file) => ({
        path: file.path,
        open: () => Promise.resolve(openKeptFile(file, source.modelId)),
      }))
    case 'files':
      return source.files.map(({ path, file }) => ({ path, open: () => Promise.resolve(openFileSource(file, path)) }))
    case 'generated':
      return []
  }
}
