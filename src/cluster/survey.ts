// How fast an executor would be that this device does not use: measured in an engine worker of its own, because a worker can be ended
// at once, whatever it is doing, when the device is needed.
import { comparedExecutors, isLastingRefusal, refusalWords, refusedSpeed } from '../device/capability-assessor.ts'
import { isDoubtful } from '../device/executor-choice.ts'
import type { DeviceProfile, ExecutorKind, ExecutorSpeed } from '../plan/device-profile.ts'
import type { Engine } from './engine-protocol.ts'

/** An executor that takes longer to load and to measure than this would make people wait. */
const limitMs = 10_000

export type SurveyEngine = Pick<Engine, 'measure' | 'close'>

export interface SurveyResult {
  speed: ExecutorSpeed
  /** False for what may go well another time, such as a download that failed. */
  lasts: boolean
}

/** Executors that could run on the device but have no entry in its profile, or one that is to be measured again. */
export function unknownExecutors({ executor, otherExecutors }: DeviceProfile): ExecutorKind[] {
  const known = [executor, ...otherExecutors.filter((other) => !isDoubtful(other)).map((other) => other.executor)]
  return comparedExecutors.filter((kind) => !known.includes(kind))
}

/** Starts an engine and closes it in the end. null: stopped by `signal`, and what was measured is thrown away. */
export async function surveyExecutor(
  startEngine: () => SurveyEngine,
  executor: ExecutorKind,
  threads: number,
  signal: AbortSignal,
): Promise<SurveyResult | null> {
  if (signal.aborted) return null
  let soFar: number | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let engine: SurveyEngine | null = null
  const ended = new Promise<'late' | 'stopped'>((resolve) => {
    timer = setTimeout(() => resolve('late'), limitMs)
    signal.addEventListener('abort', () => resolve('stopped'), { once: true })
  })
  const notFound = (why: string, lasts: boolean): SurveyResult => ({
    speed: { ...refusedSpeed(executor, why), weightBytesPerSecond: soFar },
    lasts,
  })
  try {
    engine = startEngine()
    const measuring = engine.measure({ executor, threads }, (figure) => {
      soFar = figure
    })
    const outcome = await Promise.race([measuring, ended])
    if (outcome === 'stopped') return null
    if (outcome === 'late')
      return notFound(`Too slow to be useful: it was not measured within ${limitMs / 1000} s.`, true)
    return { speed: { ...outcome, why: null }, lasts: true }
  } catch (error) {
    soFar = null
    return signal.aborted ? null : notFound(refusalWords(error), isLastingRefusal(error))
  } finally {
    clearTimeout(timer)
    engine?.close()
  }
}
