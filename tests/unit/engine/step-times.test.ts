import { expect, test } from 'vitest'
import { rankTimes, type ToldStep } from '../../../src/engine/step-times.ts'

/** A round told at 0: the leader computes for 10 and looks, the member's answer is in its hands at `arrived`. */
const round = (arrived: number, computed: number): ToldStep => ({
  toldMs: 0,
  moments: [{ waitedMs: 10, arrivedMs: [arrived], answeredMs: Math.max(10, arrived) + 1 }],
  computedMs: [[10], [computed]],
})

test.each([
  { name: 'slower than the leader', told: round(20, 17), member: [17, 3, 0.5], leader: [10, 0.5, 10] },
  {
    name: 'as fast, so that the way there and back is all the wait',
    told: round(12, 10),
    member: [10, 2, 8.5],
    leader: [10, 8.5, 2],
  },
  {
    name: 'faster: its way passed while the leader computed',
    told: round(10, 4),
    member: [4, 0, 16.5],
    leader: [10, 10.5, 0],
  },
  {
    name: 'nearly as fast: only what the leader waited was way',
    told: round(11, 9),
    member: [9, 1, 10.5],
    leader: [10, 9.5, 1],
  },
])('a member that is $name', ({ told, member, leader }) => {
  const last = told.moments[0]!.answeredMs
  const stepMs = member[0]! + member[1]! + member[2]!
  expect(stepMs).toBeGreaterThan(last - 1)
  expect(rankTimes(stepMs, [told])).toEqual([
    { computeMs: leader[0], transferMs: leader[1], waitMs: leader[2] },
    { computeMs: member[0], transferMs: member[1], waitMs: member[2] },
  ])
})

test('every collective begins where the one before was answered, and further questions to the head count too', () => {
  const moments = [
    { waitedMs: 4, arrivedMs: [9, 5], answeredMs: 10 },
    { waitedMs: 13, arrivedMs: [17, 18], answeredMs: 19 },
  ]
  const again = { toldMs: 20, moments: [{ waitedMs: 22, arrivedMs: [24, 23], answeredMs: 24 }] }
  const computed = [
    [3, 2, 2],
    [6, 5, 1],
    [2, 1, 1],
  ]
  const told = [
    { toldMs: 1, moments, computedMs: computed.map(([a, b]) => [a!, b!]) },
    { ...again, computedMs: computed.map((each) => [each[2]!]) },
  ]
  const [leader, slow, far] = rankTimes(25, told)
  expect(leader).toEqual({ computeMs: 7, waitMs: 5 + 5 + 2, transferMs: 6 })
  expect(slow).toEqual({ computeMs: 12, transferMs: 2 + 2 + 2, waitMs: 7 })
  expect(far).toEqual({ computeMs: 4, transferMs: 1 + 5 + 1, waitMs: 14 })
})

test('a member that lies about its computing only draws its own bar wrong, and never longer than the step', () => {
  const honest = rankTimes(14, [round(12, 9)])
  for (const lie of [0, 1e9]) {
    const [leader, liar] = rankTimes(14, [round(12, lie)])
    expect(leader).toEqual(honest[0])
    expect(liar!.computeMs + liar!.transferMs + liar!.waitMs).toBe(14)
    for (const ms of Object.values(liar!)) expect(ms).toBeGreaterThanOrEqual(0)
  }
})

test('a room of one computes and waits for nobody', () => {
  expect(rankTimes(6, [{ toldMs: 1, moments: [], computedMs: [[5]] }])).toEqual([
    { computeMs: 5, transferMs: 1, waitMs: 0 },
  ])
})
