import { expect, test } from 'vitest'
import type { StepFigures } from '../../../../src/index.ts'
import { holdUp, meanTimes, ofOneRoom } from '../../../../web/room-work/hold-up.ts'
import { laneHeight, timelineScale } from '../../../../web/room-work/timeline-scale.ts'

type Times = readonly [deviceId: string, computeMs: number, transferMs: number, waitMs: number]

function step(...devices: Times[]): StepFigures {
  const figures = devices.map(([deviceId, computeMs, transferMs, waitMs]) => ({
    deviceId,
    computeMs,
    transferMs,
    waitMs,
  }))
  const [first] = figures
  return {
    stepMs: first!.computeMs + first!.transferMs + first!.waitMs,
    promptTokens: null,
    bytes: 100,
    rounds: 62,
    devices: figures,
  }
}

test('whoever waits least holds the room up, by its computing or by the way to it', () => {
  const slowPhone = [step(['laptop', 5, 1, 14], ['phone', 17, 2, 1]), step(['laptop', 5, 1, 16], ['phone', 19, 2, 1])]
  expect(holdUp(slowPhone)).toEqual({
    kind: 'held',
    stepMs: 21,
    rank: 1,
    slowest: { computeMs: 18, transferMs: 2, waitMs: 1 },
    by: 'compute',
    longestWaitMs: 15,
  })
  expect(holdUp([step(['laptop', 5, 1, 14], ['phone', 6, 13, 1])])).toMatchObject({
    rank: 1,
    by: 'transfer',
  })
  expect(holdUp([step(['laptop', 17, 2, 1], ['phone', 5, 0, 15])])).toMatchObject({ rank: 0 })
})

test('devices that wait alike hold nobody up; one alone says so', () => {
  expect(holdUp([step(['laptop', 9, 1, 10], ['phone', 9, 0.5, 10.5])])).toEqual({ kind: 'even', stepMs: 20 })
  expect(holdUp([step(['laptop', 9, 1, 0])]).kind).toBe('alone')
})

test('steps of another room are not mixed in, and the newest are kept', () => {
  const steps = [
    step(['a', 1, 1, 1]),
    step(['a', 1, 1, 1], ['b', 1, 1, 1]),
    step(['a', 2, 1, 1], ['b', 1, 1, 2]),
    step(['a', 3, 1, 1], ['b', 1, 1, 3]),
  ]
  expect(ofOneRoom(steps)).toEqual(steps.slice(1))
  expect(ofOneRoom([])).toEqual([])
  expect(meanTimes(steps.slice(1)).map(({ computeMs }) => computeMs)).toEqual([2, 1])
})

test('bars stand on each other, as high as they are long, the newest on the right', () => {
  const steps = [step(['a', 5, 3, 2]), step(['a', 10, 0, 0])]
  const scale = timelineScale(steps, 4, 400)
  const own = steps.map(({ devices }) => devices[0]!)
  const boxes = (kind: 'computeMs' | 'transferMs' | 'waitMs') =>
    [...scale.bars(own, kind).matchAll(/M([\d.]+) ([\d.]+)h([\d.]+)V([\d.]+)/g)].map(([, ...numbers]) =>
      numbers.map(Number),
    )
  const [first, second] = boxes('computeMs')
  expect([first![1], second![1]]).toEqual([laneHeight, laneHeight])
  expect(laneHeight - second![3]!).toBeCloseTo(2 * (laneHeight - first![3]!), 0)
  expect(boxes('transferMs')).toHaveLength(1)
  expect(boxes('transferMs')[0]![1]).toBe(first![3])
  expect(boxes('waitMs')[0]![1]).toBe(boxes('transferMs')[0]![3])
  expect(second![0]! + second![2]!).toBeCloseTo(400, 0)
  expect(scale.cutCount).toBe(0)
})

test('one step that took much longer does not hide the others, and is told', () => {
  const steps = [...Array.from({ length: 9 }, () => step(['a', 10, 0, 0])), step(['a', 900, 0, 0])]
  const scale = timelineScale(steps, 10, 400)
  expect(scale.cutCount).toBe(1)
  expect(scale.ticks.at(-1)!.ms).toBeLessThanOrEqual(40)
})
