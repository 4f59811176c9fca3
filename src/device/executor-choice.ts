// Which executor a device is best off with, by what was measured on it. The phases are chosen one by one, and then one executor for both:
// weights are held in an executor's own memory and order, and so are keys and values. An executor for each phase would hold the weights
// twice, in a room that exists because they hardly fit once, and would move the whole cache over at the end of every prompt.
import type { ExecutorKind, PhaseFigures } from '../plan/device-profile.ts'

/** What is expected of a device between two people's messages: what it reads of a question, and what it writes. */
export const EXPECTED_TURN = { readTokens: 128, writtenTokens: 128 }

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
  /** The fastest over an expected turn: the one that the device uses. */
  both: ExecutorKind
}

/** Between equals the first one. null: nothing was measured. */
export function chooseExecutor(measured: readonly MeasuredExecutor[]): ExecutorChoice | null {
  const best = (cost: (executor: MeasuredExecutor) => number) =>
    measured.reduce<MeasuredExecutor | null>((least, next) => (!least || cost(next) < cost(least) ? next : least), null)
  const prefill = best(({ phases }) => 1 / phases.prefillBytesPerSecond)
  const decode = best(({ weightBytesPerSecond }) => 1 / weightBytesPerSecond)
  const both = best(turnCost)
  return prefill && decode && both && { prefill: prefill.executor, decode: decode.executor, both: both.executor }
}

/** Seconds a turn for each byte of weights; the readbacks are in both figures, as often as collectives ask for them. */
export function turnCost({ weightBytesPerSecond, phases }: MeasuredExecutor): number {
  const { readTokens, writtenTokens } = EXPECTED_TURN
  return readTokens / phases.prefillBytesPerSecond + writtenTokens / weightBytesPerSecond
}
