// SHA-256 of a file and of each of its pieces, so that a phone can check what it took before it has the whole.
// Computed once for a version of a file and kept on disk; a version is its size and time of change, and so is its ETag.
import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'

export const pieceBytes = 1024 * 1024

/** One state of a file; a file that changes gets another `etag`. */
export interface FileVersion {
  location: string
  size: number
  /** Strong, with its quotes. */
  etag: string
}

const Digests = v.object({
  etag: v.string(),
  /** Hex, of the whole file. */
  file: v.string(),
  /** Hex, of each `pieceBytes` in order; the last piece may be shorter. */
  pieces: v.array(v.string()),
})
export type Digests = v.InferOutput<typeof Digests>

export interface DigestStore {
  /** Reads the file the first time (about 0.3 s for 100 MB); then from memory or disk. */
  digestsOf(version: FileVersion): Promise<Digests>
  /** Those already there; never reads the file. */
  knownDigestsOf(version: FileVersion): Promise<Digests | undefined>
}

export function versionOf(location: string, { size, mtimeNs }: { size: bigint; mtimeNs: bigint }): FileVersion {
  return { location, size: Number(size), etag: `"${size.toString(16)}-${mtimeNs.toString(16)}"` }
}

/** `directory` is made when needed; when it cannot be written the digests last as long as the process, and `log` says so. */
export function createDigestStore(directory: string, log: (line: string) => void): DigestStore {
  const known = new Map<string, KnownDigests>()
  const pathOf = (location: string) =>
    join(directory, `${createHash('sha256').update(location).digest('hex').slice(0, 32)}.json`)

  async function compute(version: FileVersion): Promise<Digests> {
    const digests = await hashFile(version)
    await keep(directory, pathOf(version.location), digests).catch((error: Error) =>
      log(
        `Cannot keep the digests of ${version.location}: ${error.message}. They are computed again at the next start.`,
      ),
    )
    return digests
  }

  return {
    digestsOf({ location, etag, size }) {
      const running = known.get(location)
      if (running?.etag === etag) return running.digests
      const digests = read(pathOf(location), etag).then((kept) => kept ?? compute({ location, etag, size }))
      const entry: KnownDigests = { etag, digests }
      known.set(location, entry)
      digests.then(
        (done) => Object.assign(entry, { done }),
        () => known.delete(location),
      )
      return digests
    },
    async knownDigestsOf({ location, etag }) {
      const running = known.get(location)
      return running?.etag === etag ? running.done : read(pathOf(location), etag)
    },
  }
}

interface KnownDigests {
  etag: string
  digests: Promise<Digests>
  done?: Digests
}

/** Undefined where there are none of this version; what cannot be read as digests counts as none, and is computed again. */
async function read(path: string, etag: string): Promise<Digests | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Digests), text)
  return parsed.success && parsed.output.etag === etag ? parsed.output : undefined
}

async function hashFile({ location, size, etag }: FileVersion): Promise<Digests> {
  const handle = await open(location)
  try {
    const file = createHash('sha256')
    const pieces: string[] = []
    const buffer = Buffer.alloc(pieceBytes)
    for (let position = 0; position < size; position += pieceBytes) {
      const piece = buffer.subarray(0, Math.min(pieceBytes, size - position))
      const { bytesRead } = await handle.read(piece, 0, piece.length, position)
      if (bytesRead !== piece.length) throw new Error(`${location} got shorter while it was read.`)
      file.update(piece)
      pieces.push(createHash('sha256').update(piece).digest('hex'))
    }
    return { etag, file: file.digest('hex'), pieces }
  } finally {
    await handle.close()
  }
}

async function keep(directory: string, path: string, digests: Digests): Promise<void> {
  await mkdir(directory, { recursive: true })
  const next = `${path}.${process.pid}`
  await writeFile(next, JSON.stringify(digests))
  await rename(next, path)
}
