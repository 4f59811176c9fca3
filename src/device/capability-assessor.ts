// What this device can do, found by doing it: the speed of the executor it will use, in both phases, cores, and a memory budget.
import { abortError, HeadroomError, toErrorData } from '../base/errors.ts'
import type { ExecutorFactory } from '../compute/executor.ts'
import { type MeasureOptions, measureExecutor } from '../compute/measure.ts'
import { usableThreads } from '../compute/wasm/usable-threads.ts'
import type {
  Battery,
  DeviceProfile,
  ExecutorKind,
  ExecutorSpeed,
  ExecutorUse,
  ExecutorWish,
} from '../plan/device-profile.ts'
import { chooseExecutor, measuredExecutors, reconsidered } from './executor-choice.ts'
import type { RememberedSpeeds } from './speed-memory.ts'

export interface AssessmentRequest {
  deviceId: string
  name: string
  /**
   * `auto`: the first of wasm, webgpu, TensorFlow.js' own, reference that runs here is measured; WASM first, because every collective costs WebGPU a
   * readback. Where both were measured before, the better over an expected turn (`chooseExecutor`) is, unless it starts slowly. The profile has
   * what is best by the new figures and the remembered ones (`reconsidered`). What is named is used for both phases.
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

/**
 * What leads for its remembered speed is measured anew within this, or the default goes on: joining takes two seconds in all. What has once
 * taken longer to start is not waited for again: its remembered figures stand.
 */
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
        const measured = await within(isFavourite ? favouriteLimitMs : null, (signal) =>
          measureUse(() => factoryOf(kind), threads, signal ? { signal } : {}),
        )
        speeds.delete(kind)
        const otherExecutors = [...speeds.values()]
        const profile = { deviceId, name, ...measured, memoryBytes, cores, threads, battery, otherExecutors }
        return executor === 'auto' ? reconsidered(profile) : { ...profile, forced: true }
      } catch (error) {
        if (toErrorData(error).code === 'download-failed') unreachable ??= error
        const why = refusalWords(error)
        const known = speeds.get(kind)
        failures.push(`${kind}: ${why}`)
        if (isLastingRefusal(error)) speeds.set(kind, refusedSpeed(kind, why))
        else if (known) speeds.set(kind, { ...(isLate(error) ? startingLate(known) : known), why })
      }
    }
    if (unreachable) throw unreachable
    throw new HeadroomError(
      'no-executor',
      `This browser cannot compute here (${failures.join('; ')}). Use a current Chrome, Safari or Firefox.`,
    )
  }
}

/** Measures an executor, the fetching of its code included. Throws as `load` and its factory do, or the signal's reason. */
export async function measureUse(
  load: () => Promise<ExecutorFactory>,
  threads: number,
  options: MeasureOptions = {},
): Promise<ExecutorUse> {
  const askedAt = performance.now()
  const factory = await load()
  const loadMs = performance.now() - askedAt
  const { weightBytesPerSecond, phases } = await measureExecutor(factory, threads, options)
  const backend = await factory.describe(threads)
  return {
    executor: factory.kind,
    weightBytesPerSecond,
    phases: { ...phases, startMs: loadMs + phases.startMs },
    backend,
  }
}

/** What is known of an executor that does not run here. */
export function refusedSpeed(executor: ExecutorKind, why: string): ExecutorSpeed {
  return { executor, weightBytesPerSecond: null, phases: null, backend: null, why }
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

/** The best over a turn first where all are known and it starts soon enough; the order of preference otherwise, and between equals. */
function orderOf(speeds: ReadonlyMap<ExecutorKind, ExecutorSpeed>): readonly ExecutorKind[] {
  if (!comparedExecutors.every((kind) => speeds.has(kind))) return preference
  const favourite = chooseExecutor(measuredExecutors([...speeds.values()]))?.both
  if (!favourite || startOf(speeds.get(favourite)) >= favouriteLimitMs) return preference
  return [favourite, ...preference.filter((kind) => kind !== favourite)]
}

function startOf(speed: ExecutorSpeed | undefined): number {
  return speed?.phases?.startMs ?? Number.POSITIVE_INFINITY
}

function isLate(error: unknown): boolean {
  return toErrorData(error).code === 'aborted'
}

function startingLate({ phases, ...speed }: ExecutorSpeed): ExecutorSpeed {
  return { ...speed, phases: phases && { ...phases, startMs: Math.max(phases.startMs, favouriteLimitMs) } }
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
