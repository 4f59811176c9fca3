// Bars of steps over time, as paths: one for each kind of time, however many steps there are.
import { scaleBand, scaleLinear } from 'd3-scale'
import { stack } from 'd3-shape'
import type { DeviceTimes, StepFigures } from '../../src/index.ts'

export const timeKinds = ['computeMs', 'transferMs', 'waitMs'] as const

export type TimeKind = (typeof timeKinds)[number]

export const laneHeight = 44

/** A step that took much longer than most would make all others too small to read. */
const mostMedians = 3

export interface TimelineScale {
  /** The path of one kind of time of one device, in a lane of `width` by `laneHeight`. */
  bars(times: readonly DeviceTimes[], kind: TimeKind): string
  /** Lines of the lane, from the bottom up. */
  ticks: readonly { ms: number; y: number }[]
  /** Steps that are longer than the lane is high. */
  cutCount: number
}

const stacked = stack<DeviceTimes, TimeKind>()
  .keys(timeKinds)
  .value((times, kind) => times[kind] ?? 0)

/** `slots`: for so many steps there is room; the newest are on the right. */
export function timelineScale(steps: readonly StepFigures[], slots: number, width: number): TimelineScale {
  const durations = steps.map(({ stepMs }) => stepMs).sort((a, b) => a - b)
  const mostMs = Math.min(durations.at(-1) ?? 1, mostMedians * (durations[Math.floor(durations.length / 2)] ?? 1))
  const y = scaleLinear([0, mostMs], [laneHeight, 0]).nice(2).clamp(true)
  const [, topMs = mostMs] = y.domain()
  const x = scaleBand<number>([...Array(slots).keys()], [0, width]).paddingInner(0.25)
  const first = slots - steps.length
  return {
    bars(times, kind) {
      const series = stacked(times).find(({ key }) => key === kind) ?? []
      return series
        .map(([from, to], index) => {
          const [bottom, top] = [y(from), y(to)]
          const left = x(first + index) ?? 0
          return bottom - top < 0.05
            ? ''
            : `M${round(left)} ${round(bottom)}h${round(x.bandwidth())}V${round(top)}h${-round(x.bandwidth())}z`
        })
        .join('')
    },
    ticks: y
      .ticks(2)
      .filter((ms) => ms > 0)
      .map((ms) => ({ ms, y: y(ms) })),
    cutCount: durations.filter((ms) => ms > topMs).length,
  }
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10
}
