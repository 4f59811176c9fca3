// Who holds a room up, told from what its last tokens took: whoever waits least is waited for.
import type { StepFigures } from '../../src/index.ts'

/** Means over some steps of a whole room, in milliseconds. */
export interface MeanTimes {
  computeMs: number
  transferMs: number
  waitMs: number
}

export type HoldUp =
  /** The only device there is. */
  | { kind: 'alone'; stepMs: number }
  /** No device waits much more than another. */
  | { kind: 'even'; stepMs: number }
  /** `by`: what of the slowest takes longer, its computing or the way to it; on the leader merging and sending. */
  | {
      kind: 'held'
      stepMs: number
      rank: number
      slowest: MeanTimes
      by: 'compute' | 'transfer'
      longestWaitMs: number
    }

/** Of a step; devices that differ by less in their waiting are as fast as each other. */
const evenPart = 0.1

/** `steps` of the same devices, at least one. */
export function holdUp(steps: readonly StepFigures[]): HoldUp {
  const stepMs = mean(steps.map((step) => step.stepMs))
  const times = meanTimes(steps)
  if (times.length === 1) return { kind: 'alone', stepMs }
  const waits = times.map(({ waitMs }) => waitMs)
  const rank = waits.indexOf(Math.min(...waits))
  const slowest = times[rank]!
  const longestWaitMs = Math.max(...waits)
  if (longestWaitMs - slowest.waitMs < evenPart * stepMs) return { kind: 'even', stepMs }
  const by = slowest.computeMs >= slowest.transferMs ? 'compute' : 'transfer'
  return { kind: 'held', stepMs, rank, slowest, by, longestWaitMs }
}

/** In the order of the steps' devices. */
export function meanTimes(steps: readonly StepFigures[]): MeanTimes[] {
  return (steps[0]?.devices ?? []).map((_, rank) => {
    const of = (read: (times: StepFigures['devices'][number]) => number) =>
      mean(steps.map(({ devices }) => read(devices[rank]!)))
    return {
      computeMs: of(({ computeMs }) => computeMs),
      transferMs: of(({ transferMs }) => transferMs ?? 0),
      waitMs: of(({ waitMs }) => waitMs),
    }
  })
}

/** The newest steps that the same devices made, oldest first. */
export function ofOneRoom(steps: readonly StepFigures[]): StepFigures[] {
  const idsOf = ({ devices }: StepFigures) => devices.map(({ deviceId }) => deviceId).join()
  const last = steps.at(-1)
  const from = last ? steps.findLastIndex((step) => idsOf(step) !== idsOf(last)) + 1 : 0
  return steps.slice(from)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
