// Who holds what: a pure function from model, measured devices and options to a plan. Attention heads and MLP columns are cut as in
// Shoeybi et al. 2019 (Megatron-LM), vocabulary rows too; uneven shards and empty ranges are normal.
import { HeadroomError } from '../base/errors.ts'
import { type ModelConfig, sublayersOf } from '../model/config.ts'
import { cutByCounts, type RankCut, shardFromCut, splitSublayers, unitTotals } from './cut.ts'
import type { DeviceProfile } from './device-profile.ts'
import { heldBytes } from './held-bytes.ts'
import { apportion } from './largest-remainder.ts'
import { placeWithinMemory } from './placement.ts'
import { refuseMissing, refuseOverfull } from './plan-advice.ts'
import { predictStepMs } from './plan-cost.ts'
import { shardMemory } from './plan-memory.ts'
import type { Shard, ShardPlan } from './shard-plan.ts'
import type { TensorFormats } from './shard-tensors.ts'

export interface PlanOptions {
  modelId: string
  epoch: number
  /** Resident formats; see `shardTensors`. */
  formats: TensorFormats
  /** Positions the KV cache is sized for. */
  contextLength: number
  /** One positive integer a device, in rank order: cut in this proportion instead of by measured speed. */
  shares?: readonly number[] | undefined
}

/**
 * Splits every sublayer over all `profiles` (rank order, the leader first): by `shares`, or else in proportion to measured speed within
 * each device's memory. Deterministic. Throws `PlanImpossibleError` where a device's memory does not hold its part, `bad-input` for
 * profiles or shares that are no positive numbers.
 */
export function planShards(config: ModelConfig, profiles: readonly DeviceProfile[], options: PlanOptions): ShardPlan {
  checkInput(profiles, options)
  const cuts = options.shares
    ? cutByShares(config, profiles, { ...options, shares: options.shares })
    : cutBySpeed(config, profiles, options)
  const shards = shardsFromCuts(config, cuts, options)
  const memory = shards.map((shard, rank) => shardMemory(config, shard, options.formats, profiles[rank]!.executor))
  const speeds = profiles.map(({ weightBytesPerSecond }) => weightBytesPerSecond)
  return {
    modelId: options.modelId,
    epoch: options.epoch,
    topology: profiles.length === 1 ? 'solo' : 'star',
    deviceIds: profiles.map(({ deviceId }) => deviceId),
    sublayers: splitSublayers(config, cuts),
    vocabulary: cuts.map(({ vocabulary }) => vocabulary),
    weightBytes: memory.map(({ weightBytes }) => weightBytes),
    held: heldBytes(config, shards, options.formats),
    memoryBytes: memory.map(({ totalBytes }) => totalBytes),
    contextLength: options.contextLength,
    predictedStepMs: predictStepMs(config, shards, options.formats, speeds),
  }
}

/** The splitter under its public name; `planShards` is the same without an object. */
export class MobileAdaptiveTensorSplitter {
  /** See `planShards`. */
  split(config: ModelConfig, profiles: readonly DeviceProfile[], options: PlanOptions): ShardPlan {
    return planShards(config, profiles, options)
  }
}

function cutBySpeed(config: ModelConfig, profiles: readonly DeviceProfile[], options: PlanOptions): RankCut[] {
  const { cuts, missingBytes } = placeWithinMemory(config, profiles, options)
  if (cuts) return cuts
  throw refuseMissing(config, profiles, options, missingBytes)
}

function cutByShares(
  config: ModelConfig,
  profiles: readonly DeviceProfile[],
  options: PlanOptions & { shares: readonly number[] },
): RankCut[] {
  const totals = unitTotals(config, profiles.length)
  const cuts = cutByCounts(config, {
    attention: apportion(totals.attention, options.shares),
    ffn: apportion(totals.ffn, options.shares),
    vocabulary: apportion(totals.vocabulary, options.shares),
  })
  const neededBytes = shardsFromCuts(config, cuts, options).map(
    (shard, rank) => shardMemory(config, shard, options.formats, profiles[rank]!.executor).totalBytes,
  )
  if (profiles.every(({ memoryBytes }, rank) => neededBytes[rank]! <= memoryBytes)) return cuts
  throw refuseOverfull(config, profiles, options, neededBytes)
}

function shardsFromCuts(config: ModelConfig, cuts: readonly RankCut[], { epoch, contextLength }: PlanOptions): Shard[] {
  const worldSize = cuts.length
  const sublayers = sublayersOf(config)
  return cuts.map((cut, rank) => shardFromCut(sublayers, cut, { rank, worldSize, epoch, contextLength }))
}

function checkInput(profiles: readonly DeviceProfile[], { shares, contextLength }: PlanOptions): void {
  if (profiles.length === 0) throw new HeadroomError('bad-input', 'A plan needs at least one device, got none.')
  for (const { name, weightBytesPerSecond, memoryBytes } of profiles) {
    if (!(weightBytesPerSecond > 0 && weightBytesPerSecond < Infinity && memoryBytes >= 0)) {
      throw new HeadroomError(
        'bad-input',
        `${name} reports ${weightBytesPerSecond} weight bytes a second and ${memoryBytes} bytes of memory; measure it again.`,
      )
    }
  }
  if (!Number.isSafeInteger(contextLength) || contextLength < 1) {
    throw new HeadroomError(
      'bad-input',
      `A context of ${contextLength} positions is impossible; give a positive integer.`,
    )
  }
  if (!shares) return
  if (shares.length !== profiles.length || !shares.every((share) => Number.isSafeInteger(share) && share > 0)) {
    throw new HeadroomError(
      'bad-input',
      `Shares ${shares.join(',')} do not fit ${profiles.length} device(s); give one positive integer for each, in rank order.`,
    )
  }
}
