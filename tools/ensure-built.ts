// Builds the page when what is in `dist` was not made from the sources as they are now. The stamp is a hash of their content:
// times say nothing after a checkout.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HeadroomError } from '../src/base/errors.ts'
import { runProcess } from './run-process.ts'

export const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)))

/** Everything that `npm run build` reads. */
const inputs = [
  'index.html',
  'package-lock.json',
  'public',
  'src',
  'tools/build-kernels.ts',
  'tools/build.ts',
  'tsconfig.json',
  'vite.config.ts',
  'web',
]
const stampFile = 'dist/built-from'

/** Is the page missing, or older than its sources? */
export function needsBuild(root = projectRoot): boolean {
  const stamp = join(root, stampFile)
  if (!existsSync(join(root, 'dist/web/index.html')) || !existsSync(stamp)) return true
  return readFileSync(stamp, 'utf8') !== sourceStamp(root)
}

/** Runs `npm run build`'s command where needed; its output goes to stderr. Throws when it fails. */
export async function ensureBuilt(signal?: AbortSignal): Promise<void> {
  if (!needsBuild()) return
  console.error('Building the page …')
  const stamp = sourceStamp(projectRoot)
  const args = ['--import', 'tsx', 'tools/build.ts']
  const { code } = await runProcess(process.execPath, args, { cwd: projectRoot, stdio: ['ignore', 2, 2], signal })
  if (code !== 0) throw new HeadroomError('internal', `The build ended with ${code}; its words above say why.`)
  writeFileSync(join(projectRoot, stampFile), stamp)
}

/** Hex SHA-256 over the paths and contents of all inputs. */
export function sourceStamp(root: string): string {
  const hash = createHash('sha256')
  for (const path of inputs.flatMap((input) => filesBelow(root, input))) {
    const content = readFileSync(join(root, path))
    hash.update(`${path}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

/** Relative paths in a fixed order. Folders named `build` hold what the build itself makes. */
function filesBelow(root: string, path: string): string[] {
  if (!existsSync(join(root, path))) return []
  if (!statSync(join(root, path)).isDirectory()) return [path]
  return readdirSync(join(root, path))
    .filter((name) => name !== 'build' && name !== '.DS_Store')
    .sort()
    .flatMap((name) => filesBelow(root, `${path}/${name}`))
}
