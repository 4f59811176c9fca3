// Compiles the AssemblyScript kernels to src/compute/wasm/build/: plain and relaxed SIMD, each for one thread and for a team on
// shared memory (the two do not link to each other's memory). Does nothing when the builds are newer than their sources.
import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const sources = 'src/compute/wasm/assembly'
const target = 'src/compute/wasm/build'

const shared = ['--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536']
const relaxed = ['--enable', 'relaxed-simd']
const builds: Readonly<Record<string, readonly string[]>> = {
  'kernels-plain': [],
  'kernels-plain-shared': shared,
  'kernels-relaxed': relaxed,
  'kernels-relaxed-shared': [...relaxed, ...shared],
}

/** Builds what is out of date and returns the names built. Throws with the compiler's words. */
export async function buildKernels(): Promise<string[]> {
  mkdirSync(join(root, target), { recursive: true })
  const newest = Math.max(
    ...readdirSync(join(root, sources)).map((name) => modified(join(root, sources, name))),
    modified(fileURLToPath(import.meta.url)),
  )
  const built: string[] = []
  for (const [name, options] of Object.entries(builds)) {
    if (modified(join(root, target, `${name}.wasm`)) > newest) continue
    await compile(name, options)
    built.push(name)
  }
  return built
}

async function compile(name: string, options: readonly string[]): Promise<void> {
  const { main } = await import('assemblyscript/asc')
  const common = [
    '-O3',
    '--runtime',
    'stub',
    '--enable',
    'simd',
    '--importMemory',
    '--noExportMemory',
    '--noAssert',
    '--memoryBase',
    '1024',
  ]
  const output = ['--baseDir', root, '--outFile', `${target}/${name}.wasm`]
  const { error, stderr } = await main([`${sources}/index.ts`, ...common, ...options, ...output])
  if (error) throw new Error(`The kernels did not compile (${name}): ${error.message}\n${stderr.toString()}`)
}

/** Milliseconds; 0 for a file that is not there. */
function modified(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const built = await buildKernels()
  console.log(built.length > 0 ? `Built ${built.join(', ')}.` : 'The kernels are up to date.')
}
