/** Compute backends; `tfjs-…` are TensorFlow.js' own. */
export const EXECUTOR_KINDS = ['reference', 'tfjs-cpu', 'tfjs-wasm', 'tfjs-webgl', 'wasm', 'webgpu'] as const

export type ExecutorKind = (typeof EXECUTOR_KINDS)[number]

/** What may be asked for: one of them, the first of TensorFlow.js' that runs (`tfjs`), or the best (`auto`). */
export const EXECUTOR_WISHES = ['auto', ...EXECUTOR_KINDS, 'tfjs'] as const

export type ExecutorWish = (typeof EXECUTOR_WISHES)[number]

/** As the browser reports it: `level` from 0 to 1. */
export interface Battery {
  level: number
  charging: boolean
}

/** What was measured of an executor besides its decode. */
export interface PhaseFigures {
  /** Weight bytes x tokens a second, over a prompt of 64 tokens (of 4 where those take over 100 ms): as many times the decode figure as a prompt is read faster, token for token. */
  prefillBytesPerSecond: number
  /** From the end of the arithmetic to the values in the worker: what every collective waits for besides the network, and what is in neither other figure but once a step. */
  readbackMs: number
  /** From asking for its code to the end of its first step (a GPU's kernels are compiled, above all), or how long a joining waited for it in vain: the longest. */
  startMs: number
}

/** How fast an executor is on a device. */
export interface ExecutorSpeed {
  executor: ExecutorKind
  /** In decode, measured as in the profile; null: there is no figure. */
  weightBytesPerSecond: number | null
  /** null: there are no figures. */
  phases: PhaseFigures | null
  /** As in the profile; null: it has not run here. */
  backend: string | null
  /** Why it does not run here, or what there is to know of the figure; null: nothing. */
  why: string | null
}

/** What a device computes on, and how fast it is there. */
export type ExecutorUse = Pick<DeviceProfile, 'executor' | 'weightBytesPerSecond' | 'phases' | 'backend'>

/** What a device computes on since another executor failed it, and why that one did. */
export interface ExecutorTurn extends ExecutorUse {
  why: string
}

/** An executor for each phase; both hold the share, where the device's memory has room for it twice. */
export interface ExecutorPair {
  /** Reads prompts. */
  prefill: ExecutorKind
  /** Writes answers. */
  decode: ExecutorKind
  /** Steps of so many tokens and more are prompts: they end sooner on the first. */
  promptTokens: number
}

/** Hardware as measured on the device itself (device/capability-assessor.ts). JSON-safe. Nothing here is guessed: unknown is null. */
export interface DeviceProfile {
  deviceId: string
  /** For people: "Pixel 9, Chrome". */
  name: string
  /** The executor that it uses for both phases from its next share on; plans count with its memory and its speed. */
  executor: ExecutorKind
  /** What it will use instead where its memory holds the share in both, which makes it faster than planned; left out where one is as good. */
  pair?: ExecutorPair
  /** It was told which executor to use, whatever is measured; left out where it chose. */
  forced?: true
  /** Resident weight bytes read a second by that executor in decode, measured. */
  weightBytesPerSecond: number
  /** Of that executor; plans do not ask for them. */
  phases: PhaseFigures | null
  /** Bytes the device is willing to give to weights, KV cache and buffers. */
  memoryBytes: number
  cores: number
  /** Compute threads the executor uses. */
  threads: number
  /** null where the browser does not tell (all but Chromium). */
  battery: Battery | null
  /** The backend in its own words and limits (adapter name, SIMD build, ...), for people. */
  backend: string
  /** Executors that it could use instead, as far as they were measured (in idle time, or on an earlier visit). */
  otherExecutors: readonly ExecutorSpeed[]
}

/** All that is known of the device's executors, the one in use first. */
export function knownSpeeds({
  executor,
  weightBytesPerSecond,
  phases,
  backend,
  otherExecutors,
}: DeviceProfile): [ExecutorSpeed, ...ExecutorSpeed[]] {
  return [{ executor, weightBytesPerSecond, phases, backend, why: null }, ...otherExecutors]
}

/** The same device on an executor, another one as a rule, for both phases. What it computed on before stays known; where that failed (`why`), no choice counts with it again. */
export function computingOn(profile: DeviceProfile, use: ExecutorUse, why: string | null = null): DeviceProfile {
  const { pair: _pair, forced: _forced, ...plain } = profile
  const [former, ...others] = knownSpeeds(profile)
  const left = why === null ? former : { ...former, phases: null, why }
  const { executor, weightBytesPerSecond, phases, backend } = use
  const otherExecutors = [left, ...others].filter((other) => other.executor !== executor)
  return { ...plain, executor, weightBytesPerSecond, phases, backend, otherExecutors }
}
