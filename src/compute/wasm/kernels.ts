// Finds the fastest kernel build that this browser runs. The builds are made by tools/build-kernels.ts from assembly/.
import { HeadroomError, MissingCodeError } from '../../base/errors.ts'

/** Exports of a build, addresses in bytes; contracts in assembly/sublayers.ts. */
export interface KernelExports {
  attach(workspace: number, threads: number, sleeps: number, spins: number): void
  advance(sublayers: number, from: number, to: number, position: number, tokens: number): number
  attention(job: number, position: number, tokens: number): number
  readPositions(job: number, position: number, tokens: number): number
  attendPositions(job: number, position: number, tokens: number, seen: number): void
  feedForward(job: number, tokens: number): void
  join(job: number, tokens: number): void
  head(job: number, tokens: number): void
  summarizeLogits(logits: number, count: number, divisor: number): void
  normalize(norm: number, tokens: number): void
  help(thread: number): void
  spin(times: number): void
  dismissTeam(): void
  relaxedDotIsExact(): number
}

export type SimdBuild = 'plain' | 'relaxed'

export interface Kernels {
  simd: SimdBuild
  /** Imports shared memory and can run in a team of threads. */
  shared: boolean
  module: WebAssembly.Module
}

const builds = {
  plain: new URL('./build/kernels-plain.wasm', import.meta.url),
  plainShared: new URL('./build/kernels-plain-shared.wasm', import.meta.url),
  relaxed: new URL('./build/kernels-relaxed.wasm', import.meta.url),
  relaxedShared: new URL('./build/kernels-relaxed-shared.wasm', import.meta.url),
}

const loaded = new Map<URL, Promise<WebAssembly.Module | null>>()

/** The best build, or the one asked for. Throws `no-executor` where the browser has no WebAssembly SIMD. */
export async function loadKernels(shared: boolean, simd?: SimdBuild): Promise<Kernels> {
  for (const candidate of simd ? [simd] : (['relaxed', 'plain'] as const)) {
    const module = await moduleFor(builds[shared ? (`${candidate}Shared` as const) : candidate])
    if (module && (candidate === 'plain' || isExact(module, shared))) return { simd: candidate, shared, module }
  }
  throw new HeadroomError('no-executor', `This browser cannot run ${simd ?? 'WebAssembly'} SIMD; update it.`)
}

/** One running copy of the kernels on `memory`; each thread has its own. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelExports {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelExports
}

/** Relaxed dot products may differ between machines outside 7 bits; some engines get even those wrong. */
function isExact(module: WebAssembly.Module, shared: boolean): boolean {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared })
  return instantiate(module, memory).relaxedDotIsExact() !== 0
}

function moduleFor(url: URL): Promise<WebAssembly.Module | null> {
  let module = loaded.get(url)
  if (!module) {
    module = compile(url)
    loaded.set(url, module)
    module.catch(() => loaded.delete(url))
  }
  return module
}

/** null where the browser lacks a feature the build needs. */
async function compile(url: URL): Promise<WebAssembly.Module | null> {
  const bytes = await read(url)
  return WebAssembly.validate(bytes) ? WebAssembly.compile(bytes) : null
}

async function read(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  if (url.protocol === 'file:') {
    const { readFileSync } = process.getBuiltinModule('node:fs')
    return new Uint8Array(readFileSync(url))
  }
  try {
    const response = await fetch(url)
    if (!response.ok) throw new Error(`it answered ${response.status}`)
    const bytes = new Uint8Array(await response.arrayBuffer())
    if (!isWhole(bytes)) throw new Error(`${bytes.length} bytes came that are not the whole file`)
    return bytes
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const message = `The kernels at ${url.href} could not be fetched (${why}). Check that the server runs, then reload.`
    throw new MissingCodeError(message, { cause })
  }
}

/** Of a file that broke off, or of another in its place, a browser says no more than that it cannot run it. Sections: WebAssembly 2.0, 5.5. */
function isWhole(bytes: Uint8Array): boolean {
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
  if (!header.every((byte, i) => bytes[i] === byte)) return false
  let at = header.length
  while (at < bytes.length) {
    let size = 0
    let shift = 0
    for (let more = true; more; shift += 7) {
      const byte = bytes[++at] ?? 0
      size += (byte & 127) * 2 ** shift
      more = byte > 127
    }
    at += 1 + size
  }
  return at === bytes.length
}
