// Who holds a room up, told from what its last tokens took: whoever waits least is waited for.
import type { StepFigures } from '../../src/index.ts'

/** Means over some steps, in milliseconds. */
export interface MeanTimes {
  deviceId: string
  computeMs: number
  transferMs: number | null
  waitMs: number
}

export type HoldUp =
  /** The only device there is. */
  | { kind: 'alone'; stepMs: number; own: MeanTimes }
  /** A member on its own page, which sees itself alone. */
  | { kind: 'own'; stepMs: number; own: MeanTimes }
  /** No device waits much more than another. */
  | { kind: 'even'; stepMs: number }
  /** `by`: what of the slowest takes longer, its computing or the way to it; on the leader merging and sending. */
  | { kind: 'held'; stepMs: number; slowest: MeanTimes; by: 'compute' | 'transfer'; longestWaitMs: number }

/** Of a step; devices that differ by less in their waiting are as fast as each other. */
const evenPart = 0.1

/** `steps` of the same devices, at least one. */
export function holdUp(steps: readonly StepFigures[]): HoldUp {
  const stepMs = mean(steps.map((step) => step.stepMs))
  const times = meanTimes(steps)
  const [own] = times
  if (own && times.length === 1) return { kind: own.transferMs === null ? 'own' : 'alone', stepMs, own }
  const slowest = times.reduce((least, each) => (each.waitMs < least.waitMs ? each : least))
  const longestWaitMs = Math.max(...times.map(({ waitMs }) => waitMs))
  if (longestWaitMs - slowest.waitMs < evenPart * stepMs) return { kind: 'even', stepMs }
  const by = slowest.computeMs >= (slowest.transferMs ?? 0) ? 'compute' : 'transfer'
  return { kind: 'held', stepMs, slowest, by, longestWaitMs }
}

/** In the order of the steps' devices. */
export function meanTimes(steps: readonly StepFigures[]): MeanTimes[] {
  return (steps[0]?.devices ?? []).map(({ deviceId, transferMs }, rank) => {
    const of = (read: (times: StepFigures['devices'][number]) => number) =>
      mean(steps.map(({ devices }) => read(devices[rank]!)))
    return {
      deviceId,
      computeMs: of(({ computeMs }) => computeMs),
      transferMs: transferMs === null ? null : of((times) => times.transferMs ?? 0),
      waitMs: of(({ waitMs }) => waitMs),
    }
  })
}

/** The newest steps that the same devices made, oldest first. */
export function ofOneRoom(steps: readonly StepFigures[], most: number): StepFigures[] {
  const idsOf = ({ devices }: StepFigures) => devices.map(({ deviceId }) => deviceId).join()
  const last = steps.at(-1)
  const from = last ? steps.findLastIndex((step) => idsOf(step) !== idsOf(last)) + 1 : 0
  return steps.slice(from).slice(-most)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
