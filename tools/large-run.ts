// Two layers of the shape over real tabs, and the same by the streamed reference.
import { GENERATED_SHAPES } from '../src/cluster/generated-shapes.ts'
import { generateModel } from '../src/weights/generated-model.ts'
import { openBrowserRoom } from './browser-room.ts'
import { runInRoom } from './demo-run.ts'
import { terminalProgress } from './progress.ts'
import { streamGpt } from './streaming-gpt.ts'

const name = 'generated:gpt-3.5-turbo-two-layers'
const seed = 1

/**
 * int4 kernels with relaxed SIMD round what a matrix multiplies to 8 bits in blocks of 32. A reference that rounds alike is 1.1e-2 from
 * this one, and so are the tabs (measured); a wrong head, block or bias is an error of order 1.
 */
const tolerance = 2e-2

export interface LargeRun {
  model: string
  parameters: number
  tabs: number
  tokens: readonly number[]
  executors: readonly string[]
  weights: readonly string[]
  weightBytes: readonly number[]
  peakMemoryBytes: readonly (number | null)[]
  loadMs: number
  prefillMs: number
  referenceMs: number
  /** Root mean square of the difference over that of the hidden states, and the largest difference over it. */
  relativeError: number
  largestRelativeError: number
  tolerance: number
  passed: boolean
}

export async function runLarge({ tabs, tokens }: { tabs: number; tokens: readonly number[] }): Promise<LargeRun> {
  const { actual, ...run } = await runOverTabs(tabs, tokens)
  const model = generateModel(name, GENERATED_SHAPES[name], seed)
  const progress = terminalProgress('The reference reads')
  const startedAt = performance.now()
  const expected = await streamGpt(model, tokens, (done, total) => progress.update(done, total))
  progress.close()
  const rootMeanSquare = Math.sqrt(expected.reduce((sum, value) => sum + value ** 2, 0) / expected.length)
  const differences = expected.map((value, i) => Math.abs(value - actual[i]!) / rootMeanSquare)
  const relativeError = Math.sqrt(differences.reduce((sum, value) => sum + value ** 2, 0) / differences.length)
  return {
    model: name,
    parameters: Object.values(model.manifest.tensors).reduce((sum, { rows, columns }) => sum + rows * columns, 0),
    tabs,
    tokens,
    ...run,
    referenceMs: performance.now() - startedAt,
    relativeError,
    largestRelativeError: differences.reduce((most, value) => Math.max(most, value), 0),
    tolerance,
    passed: actual.length === expected.length && relativeError < tolerance,
  }
}

async function runOverTabs(tabs: number, tokens: readonly number[]) {
  const room = await openBrowserRoom({
    tabs,
    query: { shares: Array(tabs).fill(1).join() },
    headed: false,
  })
  try {
    const startedAt = performance.now()
    const [leader] = room.pages
    await leader!.evaluate((id) => globalThis.headroom!.loadModel(id), name)
    const loadMs = performance.now() - startedAt
    const prefillAt = performance.now()
    const { view, dump } = await runInRoom(
      { ...room, modelId: name },
      { input: { tokens }, maxTokens: 0, ignoreEos: true, temperature: 0, seed: 0, dump: 'hidden' },
      () => undefined,
    )
    const bytes = dump!.hidden!.bytes
    return {
      actual: new Float32Array(Uint8Array.from(bytes).buffer),
      executors: view.devices.map(({ report, profile }) => report?.executor ?? profile?.executor ?? 'unknown'),
      weights: view.devices.map(({ report }) => report?.weights ?? 'unknown'),
      weightBytes: view.devices.map(({ report }) => report?.weightBytes ?? 0),
      peakMemoryBytes: view.devices.map(({ report }) => report?.peakMemoryBytes ?? null),
      loadMs,
      prefillMs: performance.now() - prefillAt,
    }
  } finally {
    await room.close()
  }
}

export function formatRun(run: LargeRun): string {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
  const each = run.weightBytes.map((bytes) => `${(bytes / 1e6).toFixed(0)} MB`).join(', ')
  return [
    `${run.model}: ${(run.parameters / 1e9).toFixed(2)} G parameters over ${run.tabs} tabs (${run.executors.join(', ')}), ${each}`,
    `made and loaded in ${seconds(run.loadMs)}, ${run.tokens.length} tokens in ${seconds(run.prefillMs)}; the reference took ${seconds(run.referenceMs)}`,
    `relative error ${run.relativeError.toExponential(1)}, largest ${run.largestRelativeError.toExponential(1)}: ${run.passed ? 'equal' : 'NOT EQUAL'} within ${run.tolerance}`,
  ].join('\n')
}
