// A page that is built once more while it is served: a copy of the build in a folder of its own, which becomes another version.
import { createHash } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from '../../../tools/ensure-built.ts'

export interface NextBuild {
  folder: string
  /** The page's script says this version, and the worker's list has the script's new hash, as after a build. */
  becomeVersion(version: string): Promise<void>
  close(): Promise<void>
}

export async function copyBuild(): Promise<NextBuild> {
  const folder = await mkdtemp(join(tmpdir(), 'headroom-build-'))
  await cp(join(projectRoot, 'dist/web'), folder, { recursive: true })
  return {
    folder,
    async becomeVersion(version) {
      const names = await readdir(join(folder, 'assets'))
      for (const name of names.filter((name) => /^index-.*\.js$/.test(name))) {
        const path = join(folder, 'assets', name)
        const script = await readFile(path, 'utf8')
        const next = script.replace(/(\.version=["'`])\d+\.\d+\.\d+(?=["'`])/, `$1${version}`)
        if (next === script) continue
        await writeFile(path, next)
        return list(`assets/${name}`, createHash('md5').update(next).digest('hex'))
      }
      throw new Error(`No script of ${folder} says its version.`)
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }

  async function list(url: string, revision: string): Promise<void> {
    const path = join(folder, 'sw.js')
    const worker = await readFile(path, 'utf8')
    const next = worker.replace(new RegExp(`(url:"${url}",revision:")\\w+`), `$1${revision}`)
    if (next === worker) throw new Error(`The service worker does not keep ${url}.`)
    await writeFile(path, next)
  }
}
