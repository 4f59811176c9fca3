// What this device can do, found by doing it: the speed of the executor it will use, in both phases, cores, and a memory budget.
import { abortError, HeadroomError, toErrorData } from '../base/errors.ts'
import type { ExecutorFactory } from '../compute/executor.ts'
import { measureExecutor } from '../compute/measure.ts'
import { usableThreads } from '../compute/wasm/usable-threads.ts'
import type {
  Battery,
  DeviceProfile,
  ExecutorKind,
  ExecutorSpeed,
  ExecutorUse,
  ExecutorWish,
} from '../plan/device-profile.ts'
import { chooseExecutor, measuredExecutors } from './executor-choice.ts'
import type { RememberedSpeeds } from './speed-memory.ts'

export interface AssessmentRequest {
  deviceId: string
  name: string
  /**
   * `auto`: the first of wasm, webgpu, TensorFlow.js' own, reference that runs here; WASM first, because every collective costs WebGPU a readback. Where
   * both were measured before, the better over an expected turn (`chooseExecutor`) first, and where each is the better in a phase, the
   * profile has the pair. What is named is used for both phases.
   */
  executor: ExecutorWish
  /** 0: all cores but one, at most four. The profile has as many of them as can be had here. */
  threads: number
  memoryBytes: number
  /** Read on the page (`readBattery`); workers cannot. */
  battery: Battery | null
  /** Read on the page (`recallSpeeds`); what was measured with other threads is passed over. */
  remembered: RememberedSpeeds | null
  /** Loads an executor's code on demand; rejects where there is none for this kind. */
  factoryOf(kind: ExecutorKind): Promise<ExecutorFactory>
}

/** TensorFlow.js' own: on a graphics processor, in WebAssembly (where there is no SIMD too), in JavaScript. */
const lastResorts: readonly ExecutorKind[] = ['tfjs-webgl', 'tfjs-wasm', 'tfjs-cpu']

const preference: readonly ExecutorKind[] = ['wasm', 'webgpu', ...lastResorts, 'reference']

/** Executors worth knowing the speed of; the reference is never the fastest. */
export const comparedExecutors: readonly ExecutorKind[] = ['wasm', 'webgpu']

/** What leads for its remembered speed must be measured anew within this, or the default goes on: joining takes two seconds in all. */
const favouriteLimitMs = 1000

/** Measures the device it runs on. `assess` takes under two seconds; run it in the engine worker, so that nothing else competes. */
export class MobileDeviceCapabilityAssessor {
  /** Throws `no-executor` where nothing, or not the executor asked for, runs here. */
  async assess(request: AssessmentRequest): Promise<DeviceProfile> {
    const { deviceId, name, executor, memoryBytes, battery, remembered, factoryOf } = request
    const cores = navigator.hardwareConcurrency || 1
    const threads = usableThreads(request.threads > 0 ? request.threads : Math.min(4, cores - 1))
    const speeds = new Map<ExecutorKind, ExecutorSpeed>()
    for (const speed of remembered?.threads === threads ? remembered.speeds : []) speeds.set(speed.executor, speed)
    const failures: string[] = []
    let unreachable: unknown
    for (const kind of wanted(executor, speeds)) {
      const isFavourite = executor === 'auto' && kind !== preference[0] && failures.length === 0
      try {
        const measured = await within(isFavourite ? favouriteLimitMs : null, async (signal) => {
          return measureUse(await factoryOf(kind), threads, signal)
        })
        speeds.delete(kind)
        const otherExecutors = [...speeds.values()]
        const profile = { deviceId, name, ...measured, memoryBytes, cores, threads, battery, otherExecutors }
        if (executor !== 'auto') return { ...profile, forced: true }
        const pair = pairWith(measured, otherExecutors)
        return pair ? { ...profile, pair } : profile
      } catch (error) {
        if (toErrorData(error).code === 'download-failed') unreachable ??= error
        const why = refusalWords(error)
        const known = speeds.get(kind)
        failures.push(`${kind}: ${why}`)
        if (isLastingRefusal(error)) speeds.set(kind, { executor: kind, weightBytesPerSecond: null, phases: null, why })
        else if (known) speeds.set(kind, { ...known, why })
      }
    }
    if (unreachable) throw unreachable
    throw new HeadroomError(
      'no-executor',
      `This browser cannot compute here (${failures.join('; ')}). Use a current Chrome, Safari or Firefox.`,
    )
  }
}

/** Measures an executor that is to be used. Throws as its factory does, or the signal's reason. */
export async function measureUse(
  factory: ExecutorFactory,
  threads: number,
  signal?: AbortSignal,
): Promise<ExecutorUse> {
  const figures = await measureExecutor(factory, threads, signal ? { signal } : {})
  return { executor: factory.kind, ...figures, backend: await factory.describe(threads) }
}

/** Short enough for a control message. */
export function refusalWords(error: unknown): string {
  return toErrorData(error).message.slice(0, 500)
}

/** Will the executor fail in this browser version again, whatever changes around it? */
export function isLastingRefusal(error: unknown): boolean {
  return toErrorData(error).code === 'no-executor'
}

function wanted(executor: ExecutorWish, speeds: ReadonlyMap<ExecutorKind, ExecutorSpeed>): readonly ExecutorKind[] {
  if (executor === 'auto') return orderOf(speeds)
  return executor === 'tfjs' ? lastResorts : [executor]
}

/** The best over a turn first where all are known, unless it was too late the last time; the order of preference otherwise, and between equals. */
function orderOf(speeds: ReadonlyMap<ExecutorKind, ExecutorSpeed>): readonly ExecutorKind[] {
  if (!comparedExecutors.every((kind) => speeds.has(kind))) return preference
  const favourite = chooseExecutor(measuredExecutors([...speeds.values()]))?.both
  return favourite ? [favourite, ...preference.filter((kind) => kind !== favourite)] : preference
}

/** The pair of what runs now and what ran here before; null: the first does all. */
function pairWith({ executor, weightBytesPerSecond, phases }: ExecutorUse, others: readonly ExecutorSpeed[]) {
  const measured = measuredExecutors([{ executor, weightBytesPerSecond, phases, why: null }, ...others])
  return chooseExecutor(measured)?.pair ?? null
}

/** Rejects when the time is over; the task then stops by its signal. null: as long as it takes. */
async function within<T>(limitMs: number | null, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const limit = new AbortController()
  const late = new Promise<never>((_, reject) => {
    limit.signal.addEventListener('abort', () => reject(limit.signal.reason))
  })
  const stop = () => limit.abort(abortError(`It was not measured within ${limitMs} ms.`))
  const timer = limitMs === null ? undefined : setTimeout(stop, limitMs)
  try {
    return await Promise.race([task(limit.signal), late])
  } finally {
    clearTimeout(timer)
  }
}
