// Times single kernels of both builds, and what bounds them in this browser: how fast a core multiplies, and how fast it reads.
import { instantiate, loadKernels, type SimdBuild } from '../../../src/compute/wasm/kernels.ts'
import { attentionCase } from './attention-cases.ts'
import peak from './build/peak.wasm?url'
import {
  type Arithmetic,
  type KernelCase,
  MEMORY_BYTES,
  PATTERN,
  productCases,
  type SingleKernels,
} from './kernel-cases.ts'
import { openReadSpeed } from './read-speed.ts'
import { vectorCases } from './vector-cases.ts'

export interface KernelTimes extends Omit<KernelCase, 'run'> {
  build: SimdBuild
  /** Of one call, a round each. */
  milliseconds: number[]
}

export interface KernelFigures {
  /** A round each. */
  readBytesPerSecond: number[]
  multiplyAddsPerSecond: Record<Arithmetic, number[]>
  kernels: KernelTimes[]
}

/** Driven by the benchmark through `globalThis.benchKernels`. */
export type KernelBench = (rounds: number) => Promise<KernelFigures>

/** A call is repeated for about so long, each round. */
const roundMs = 60

const products: Readonly<Record<Arithmetic, { name: string; perRound: number }>> = {
  bytes: { name: 'multiplyBytes', perRound: 12 * 16 },
  words: { name: 'multiplyWords', perRound: 12 * 8 },
  floats: { name: 'multiplyFloats', perRound: 12 * 4 },
}

export async function benchKernels(rounds: number): Promise<KernelFigures> {
  const cases = [...(await casesOf('relaxed')), ...(await casesOf('plain'))]
  const reader = openReadSpeed()
  await reader.open({ model: { url: '', path: '' }, onnx: null, threads: 1, contextLength: 0, behind: 0 })
  const { instance } = await WebAssembly.instantiateStreaming(fetch(peak))
  const peaks = instance.exports as unknown as Record<string, (rounds: number) => number>
  const figures: KernelFigures = {
    readBytesPerSecond: [],
    multiplyAddsPerSecond: { bytes: [], words: [], floats: [] },
    kernels: cases.map(({ run: _, ...rest }) => ({ ...rest, milliseconds: [] })),
  }
  const peakRounds = 5e6
  const repeats: number[] = []
  for (const { run } of cases) repeats.push(await warmedUp(run))
  for (const { name } of Object.values(products)) await warmedUp(() => void peaks[name]!(peakRounds / 100))
  for (let round = 0; round < rounds; round++) {
    const { tokens: megabytes, ms } = await reader.run({ phase: 'decode', tokens: 0, freshToken: 0 })
    figures.readBytesPerSecond.push((megabytes * 2 ** 20 * 1000) / ms)
    for (const [arithmetic, { name, perRound }] of Object.entries(products)) {
      const once = await timed(() => void peaks[name]!(peakRounds), 1)
      figures.multiplyAddsPerSecond[arithmetic as Arithmetic].push((1000 * peakRounds * perRound) / once)
    }
    for (const [i, { run }] of cases.entries()) figures.kernels[i]!.milliseconds.push(await timed(run, repeats[i]!))
  }
  return figures
}

/** Every case of a build on a memory of its own. */
async function casesOf(build: SimdBuild): Promise<(KernelCase & { build: SimdBuild })[]> {
  const { module } = await loadKernels(false, build)
  const memory = new WebAssembly.Memory({ initial: MEMORY_BYTES >> 16 })
  new Uint8Array(memory.buffer).fill(PATTERN, 64 << 10)
  const kernels = instantiate(module, memory) as unknown as SingleKernels
  const attention = []
  for (const tokens of [1, 64]) {
    for (const positions of [512, 4096]) attention.push(await attentionCase(build, tokens, positions, 'halves'))
    attention.push(await attentionCase(build, tokens, 4096, 'f32'))
  }
  return [...productCases(kernels, build), ...vectorCases(kernels, memory), ...attention].map((each) => ({
    ...each,
    build,
  }))
}

/** Runs until the browser has compiled for speed; returns how many calls fill a round. */
async function warmedUp(run: KernelCase['run']): Promise<number> {
  const start = performance.now()
  let calls = 0
  do {
    await run()
    calls++
  } while (performance.now() - start < 2 * roundMs || calls < 3)
  return Math.max(1, Math.round((roundMs * calls) / (performance.now() - start)))
}

/** Milliseconds of one call. */
async function timed(run: KernelCase['run'], calls: number): Promise<number> {
  const start = performance.now()
  for (let i = 0; i < calls; i++) {
    const running = run()
    if (running instanceof Promise) await running
  }
  return (performance.now() - start) / calls
}
