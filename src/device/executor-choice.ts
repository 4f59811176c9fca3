// Which executors a device is best off with, by what was measured on it: the fastest of each phase where two are worth what they cost, else
// the one that ends an expected turn first. Two hold the weights twice, load them twice, and move keys and values after every question and
// every answer (docs/speed.md has what that takes): for a turn that is hardly shorter one does both.
import {
  computingOn,
  type DeviceProfile,
  type ExecutorKind,
  type ExecutorPair,
  type ExecutorSpeed,
  knownSpeeds,
  type PhaseFigures,
} from '../plan/device-profile.ts'

/** What is expected of a device between two people's messages: what it reads of a question, and what it writes. */
export const EXPECTED_TURN = { readTokens: 128, writtenTokens: 128 }

/** Weights that a rank goes through between two collectives: of TinyLlama in int4 (687 MB, 44 sublayers) over three devices. */
export const COLLECTIVE_BYTES = 5e6

/** The part of a turn that a second executor must leave at most. */
const worthwhile = 0.9

export interface MeasuredExecutor {
  executor: ExecutorKind
  weightBytesPerSecond: number
  phases: PhaseFigures
}

export interface ExecutorChoice {
  /** The fastest at reading prompts. */
  prefill: ExecutorKind
  /** The fastest at writing answers. */
  decode: ExecutorKind
  /** The fastest over an expected turn. */
  both: ExecutorKind
  /** The first two, where they are worth it together; null: one does both. */
  pair: ExecutorPair | null
}

/** What a choice counts with: all figures are there, and nothing speaks against them. */
export function measuredExecutors(speeds: readonly ExecutorSpeed[]): (MeasuredExecutor & { backend: string })[] {
  return speeds.flatMap(({ executor, weightBytesPerSecond, phases, backend, why }) =>
    weightBytesPerSecond !== null && phases && backend !== null && why === null
      ? [{ executor, weightBytesPerSecond, phases, backend }]
      : [],
  )
}

/** It was measured once, but not when it was last to be used: no choice counts with it until it is measured again. */
export function isDoubtful({ phases, why }: ExecutorSpeed): boolean {
  return phases !== null && why !== null
}

/** Between equals the first one. null: nothing was measured. */
export function chooseExecutor(measured: readonly MeasuredExecutor[]): ExecutorChoice | null {
  const best = (cost: (executor: MeasuredExecutor) => number) =>
    measured.reduce<MeasuredExecutor | null>((least, next) => (!least || cost(next) < cost(least) ? next : least), null)
  const reader = best(({ phases }) => 1 / phases.prefillBytesPerSecond)
  const writer = best(writingCost)
  const both = best((executor) => turnCost(executor))
  if (!reader || !writer || !both) return null
  const isWorthwhile = turnCost(reader, writer) <= worthwhile * turnCost(both)
  return {
    prefill: reader.executor,
    decode: writer.executor,
    both: both.executor,
    pair: isWorthwhile ? pairOf(reader, writer) : null,
  }
}

/** The device on what it is best off with by all that is known of it now; as it is where it was told what to use. */
export function reconsidered(profile: DeviceProfile): DeviceProfile {
  if (profile.forced) return profile
  const measured = measuredExecutors(knownSpeeds(profile))
  const choice = chooseExecutor(measured)
  const use = measured.find(({ executor }) => executor === choice?.both)
  if (!choice || !use) return profile
  return { ...computingOn(profile, use), ...(choice.pair && { pair: choice.pair }) }
}

/** Seconds a turn in a room for each byte of weights. */
export function turnCost(reader: MeasuredExecutor, writer = reader): number {
  const { readTokens, writtenTokens } = EXPECTED_TURN
  return readTokens / reader.phases.prefillBytesPerSecond + readbackCost(reader) + writtenTokens * writingCost(writer)
}

/** Seconds a token for each byte of weights. */
function writingCost(writer: MeasuredExecutor): number {
  return 1 / writer.weightBytesPerSecond + readbackCost(writer)
}

/** Seconds that a step waits in collectives for each byte of weights. */
function readbackCost({ phases }: MeasuredExecutor): number {
  return phases.readbackMs / 1000 / COLLECTIVE_BYTES
}

/** A step takes its reader a pass over the weights at least: until its writer has read as many tokens, it is done sooner there. */
function pairOf(reader: MeasuredExecutor, writer: MeasuredExecutor): ExecutorPair {
  const promptTokens = Math.max(2, Math.ceil(writer.phases.prefillBytesPerSecond * writingCost(reader)))
  return { prefill: reader.executor, decode: writer.executor, promptTokens }
}
