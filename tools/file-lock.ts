// One process at a time: a file that holds the owner's process id. The lock of a process that is gone is taken over.
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'

const pollMs = 250
/** A lock without an id yet is someone's who is just making it, unless it is older than this. */
const unnamedLockMs = 10_000

/** Runs `work` while no other process holds `path`; waits for that, `onWait` says so once. Rejects when `signal` aborts. */
export async function withFileLock<Result>(
  path: string,
  work: () => Promise<Result>,
  { signal, onWait }: { signal?: AbortSignal | undefined; onWait?: () => void } = {},
): Promise<Result> {
  for (let attempt = 0; !(await acquire(path)); attempt++) {
    if (attempt === 0) onWait?.()
    await wait(pollMs, undefined, { signal })
  }
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

async function acquire(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  if (await isAbandoned(path)) await rm(path, { force: true })
  return false
}

async function isAbandoned(path: string): Promise<boolean> {
  try {
    const owner = Number(await readFile(path, 'utf8'))
    if (owner > 0) return !isRunning(owner)
    return Date.now() - (await stat(path)).mtimeMs > unnamedLockMs
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
