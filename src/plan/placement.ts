// Speed within memory: which counts of units go where when no shares are given. Coarse units are placed first (attention, then MLP
// blocks, then vocabulary rows), so that fine ones fill the gaps.
import { range } from '../base/ranges.ts'
import { headRowCount, type ModelConfig } from '../model/config.ts'
import { cutByCounts, type PerUnit, type RankCut, unitTotals } from './cut.ts'
import { type CutMeter, cutMeter, type PlacementOptions } from './cut-memory.ts'
import type { DeviceProfile, ExecutorKind } from './device-profile.ts'
import { fillBySpeed } from './water-filling.ts'

/** `cuts` is null where the devices' memory does not do; then `missingBytes` > 0 says by how much. */
export interface Placement {
  cuts: RankCut[] | null
  missingBytes: number
}

/** Corrections to budgets before giving up; each one removes a rank's measured excess. */
const MAX_CORRECTIONS = 16

/**
 * Fills devices by speed within their memory. A unit's bytes are taken as its part of the whole; what a cut adds to that (KV heads held
 * twice, blocks widened) is measured on the finished cut and taken off the budget of the ranks it overfills, until all fit.
 */
export function placeWithinMemory(
  config: ModelConfig,
  profiles: readonly DeviceProfile[],
  options: PlacementOptions,
): Placement {
  const totals = unitTotals(config, profiles.length)
  const executors = profiles.map(({ executor }) => executor)
  const bytesOfCut = cutMeter(config, options, executors)
  const units = unitsByRank(config, executors, bytesOfCut)
  const others = units.length > 1 ? units.slice(1) : units
  const least = (kind: keyof PerUnit<number>) => Math.min(...others.map((unit) => unit[kind]))
  const speeds = profiles.map(({ weightBytesPerSecond }) => weightBytesPerSecond)
  const headSpeeds = config.tiedEmbeddings ? withLeaderFloor(speeds) : speeds
  const budgets = profiles.map(({ memoryBytes }) => memoryBytes)
  let missingBytes = 0

  for (let correction = 0; correction <= MAX_CORRECTIONS; correction++) {
    const free = budgets.map((bytes, rank) => bytes - units[rank]!.fixed)
    missingBytes = free.reduce((sum, bytes) => sum + Math.max(0, -bytes), 0)
    const fill = (kind: keyof PerUnit<number>): number[] => {
      if (totals[kind] === 0) return profiles.map(() => 0)
      const whole = (rank: number) => units[rank]![kind]
      const capacities = free.map((bytes, rank) => {
        const fitting = whole(rank) === 0 ? totals[kind] : Math.floor((bytes * totals[kind]) / whole(rank))
        return Math.max(0, Math.min(totals[kind], fitting))
      })
      const counts = fillBySpeed(totals[kind], kind === 'vocabulary' ? headSpeeds : speeds, capacities)
      const unplaced = totals[kind] - counts.reduce((sum, count) => sum + count, 0)
      missingBytes += (unplaced * least(kind)) / totals[kind]
      for (const [rank, count] of counts.entries()) free[rank]! -= (count * whole(rank)) / totals[kind]
      return counts
    }
    const counts = { attention: fill('attention'), ffn: fill('ffn'), vocabulary: fill('vocabulary') }
    if (missingBytes > 0) break

    const cuts = cutByCounts(config, counts)
    const excess = cuts.map((cut, rank) => Math.max(0, bytesOfCut(cut, rank) - profiles[rank]!.memoryBytes))
    missingBytes = excess.reduce((sum, bytes) => sum + bytes, 0)
    if (missingBytes === 0) return { cuts, missingBytes }
    for (const [rank, bytes] of excess.entries()) budgets[rank]! -= bytes
  }
  return { cuts: null, missingBytes: Math.ceil(missingBytes) }
}

/** Bytes a leader holds without any unit of its own: the token embedding, norms, buffers. */
export function leaderFixedBytes(config: ModelConfig, { executor }: DeviceProfile, options: PlacementOptions): number {
  return cutMeter(config, options, [executor])(NOTHING, 0)
}

const NOTHING: RankCut = { queryHeads: range(0, 0), kvHeads: range(0, 0), ffn: range(0, 0), vocabulary: range(0, 0) }

/** Members on the same executor weigh alike. */
function unitsByRank(config: ModelConfig, executors: readonly ExecutorKind[], bytesOfCut: CutMeter): UnitBytes[] {
  const members = new Map<ExecutorKind, UnitBytes>()
  return executors.map((executor, rank) => {
    if (rank === 0) return unitBytes(config, 0, bytesOfCut)
    const units = members.get(executor) ?? unitBytes(config, rank, bytesOfCut)
    members.set(executor, units)
    return units
  })
}

type UnitBytes = PerUnit<number> & { fixed: number }

/** Bytes of all units of a kind together on one rank, and of what it holds without any. */
function unitBytes(config: ModelConfig, rank: number, bytesOfCut: CutMeter): UnitBytes {
  const { headCount, kvHeadCount, ffnSize } = config
  const fixed = bytesOfCut(NOTHING, rank)
  const added = (cut: Partial<RankCut>) => bytesOfCut({ ...NOTHING, ...cut }, rank) - fixed
  return {
    fixed,
    attention: added({ queryHeads: range(0, headCount), kvHeads: range(0, kvHeadCount) }),
    ffn: added({ ffn: range(0, ffnSize) }),
    vocabulary: added({ vocabulary: range(0, headRowCount(config)) }),
  }
}

/**
 * Speeds for the vocabulary where the leader holds every row anyway (tied embeddings): of n devices it counts for at least 1 / (n + 1),
 * because each row elsewhere is downloaded and held twice. So three tabs fetch SmolLM2 at most 1.23 times.
 */
function withLeaderFloor([leader = 0, ...members]: readonly number[]): number[] {
  const floor = members.reduce((sum, speed) => sum + speed, 0) / (members.length + 1)
  return [Math.max(leader, floor), ...members]
}
