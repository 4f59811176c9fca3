// Where the time of a step went, for every rank. No two clocks are compared: what a member computed comes from its own, all else from
// the leader's.
import type { RoundMoments } from '../collective/collective.ts'

/**
 * One rank's part of a step, in milliseconds; the three add up to the step.
 *
 * Of a member: `computeMs` is what it says of itself, at most what lay between the leader's sending and its answer. `transferMs` is what
 * else lay between them (the way there and back, packing and unpacking), as far as the leader stood waiting for it: a way that passed while
 * the leader still computed held nobody up, and what of it was way and what was waiting cannot be told apart there. `waitMs` is the rest.
 *
 * Of the leader: `waitMs` is how long it stood waiting for the last answer of every collective; `transferMs` is what it did besides
 * computing and waiting: packing, adding, sending, choosing the token.
 */
export interface RankTimes {
  computeMs: number
  transferMs: number
  waitMs: number
}

/** What happened between the leader's telling a step and the last answer to it. */
export interface ToldStep {
  /** When the leader began to send the step. */
  toldMs: number
  /** Of all its collectives, in order. */
  moments: readonly RoundMoments[]
  /** `[rank][collective]`: what the rank computed before it, by its own clock. Of the leader alone with what it computed before telling. */
  computedMs: readonly (readonly number[])[]
}

/** Of all that was told (a step, and further questions to its head) within `stepMs`; in rank order. */
export function rankTimes(stepMs: number, told: readonly ToldStep[]): RankTimes[] {
  const worldSize = told[0]?.computedMs.length ?? 0
  return Array.from({ length: worldSize }, (_, rank) =>
    rank === 0 ? ofLeader(stepMs, told) : ofMember(rank, stepMs, told),
  )
}

function ofLeader(stepMs: number, told: readonly ToldStep[]): RankTimes {
  const computeMs = sum(told, ({ computedMs }) => sum(computedMs[0] ?? [], (ms) => ms))
  const waitMs = sum(told, ({ moments }) =>
    sum(moments, ({ waitedMs, arrivedMs }) => Math.max(waitedMs, ...arrivedMs) - waitedMs),
  )
  return { computeMs, waitMs, transferMs: Math.max(0, stepMs - computeMs - waitMs) }
}

function ofMember(rank: number, stepMs: number, told: readonly ToldStep[]): RankTimes {
  let [computeMs, transferMs] = [0, 0]
  for (const { toldMs, moments, computedMs } of told) {
    let sentMs = toldMs
    for (const [index, { waitedMs, arrivedMs, answeredMs }] of moments.entries()) {
      const arrived = arrivedMs[rank - 1] ?? waitedMs
      const between = Math.max(0, arrived - sentMs)
      const computed = Math.min(between, computedMs[rank]?.[index] ?? 0)
      computeMs += computed
      transferMs += Math.min(between - computed, arrived - waitedMs)
      sentMs = answeredMs
    }
  }
  return { computeMs, transferMs, waitMs: Math.max(0, stepMs - computeMs - transferMs) }
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}
