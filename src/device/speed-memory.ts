// What executors were measured at in this browser, kept over visits. A new browser version may compute differently: it starts afresh.
import * as v from 'valibot'
import { EXECUTOR_KINDS, type ExecutorSpeed } from '../plan/device-profile.ts'

/** One text kept over visits. */
export interface SpeedStorage {
  read(): string | null
  write(text: string): void
}

export interface RememberedSpeeds {
  /** Compute threads that they were measured with. */
  threads: number
  /** One entry an executor at most. */
  speeds: readonly ExecutorSpeed[]
}

const speed = v.pipe(v.number(), v.finite(), v.gtValue(0))
const milliseconds = v.pipe(v.number(), v.finite(), v.minValue(0))

const recordSchema = v.object({
  userAgent: v.string(),
  threads: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  speeds: v.array(
    v.object({
      executor: v.picklist(EXECUTOR_KINDS),
      weightBytesPerSecond: v.nullable(speed),
      phases: v.nullable(v.object({ prefillBytesPerSecond: speed, readbackMs: milliseconds, startMs: milliseconds })),
      backend: v.nullable(v.string()),
      why: v.nullable(v.string()),
    }),
  ),
})

/** null where nothing is known of this version of the browser. */
export function recallSpeeds(storage: SpeedStorage, userAgent: string): RememberedSpeeds | null {
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), recordSchema), storage.read())
  if (!result.success || result.output.userAgent !== userAgent) return null
  const { threads, speeds } = result.output
  return { threads, speeds }
}

/** Adds to what is known, or replaces it where it was measured by another browser version or with other threads. Of an executor's starts the longest is kept. */
export function rememberSpeeds(storage: SpeedStorage, userAgent: string, { threads, speeds }: RememberedSpeeds): void {
  const known = recallSpeeds(storage, userAgent)
  const kept = known?.threads === threads ? known.speeds : []
  const others = kept.filter(({ executor }) => speeds.every((speed) => speed.executor !== executor))
  const newest = speeds.map((speed) => {
    const before = kept.find(({ executor }) => executor === speed.executor)
    return before ? withLongestStart(speed, before) : speed
  })
  storage.write(JSON.stringify({ userAgent, threads, speeds: [...others, ...newest] }))
}

function withLongestStart({ phases, ...speed }: ExecutorSpeed, before: ExecutorSpeed): ExecutorSpeed {
  const startMs = Math.max(phases?.startMs ?? 0, before.phases?.startMs ?? 0)
  return { ...speed, phases: phases && { ...phases, startMs } }
}

const key = 'headroom.speeds'

/** The browser's, shared by its tabs. On a page only; where storage is switched off or full, nothing is remembered. */
export const browserSpeedStorage: SpeedStorage = {
  read() {
    try {
      return localStorage.getItem(key)
    } catch {
      return null // Switched off.
    }
  },
  write(text) {
    try {
      localStorage.setItem(key, text)
    } catch {
      return // As above.
    }
  },
}
