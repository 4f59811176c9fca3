// Every rank's tensors for a split by shares, as the planner would have it.
import type { ShardTensor } from '../../src/model/tensor.ts'
import { shardOf } from '../../src/plan/shard-plan.ts'
import { shardTensors } from '../../src/plan/shard-tensors.ts'
import { planShards } from '../../src/plan/splitter.ts'
import type { WeightWish } from '../../src/weights/convert.ts'
import { residentFormats } from '../../src/weights/formats.ts'
import type { ModelManifest } from '../../src/weights/manifest.ts'
import { plainProfile } from './plain-profile.ts'

/** One list per rank; every device has room for everything. */
export function tensorsOfShares(manifest: ModelManifest, shares: readonly number[], wish: WeightWish): ShardTensor[][] {
  const formats = residentFormats(manifest, wish)
  const profiles = shares.map((_, rank) => ({ ...plainProfile, deviceId: `device${rank}`, memoryBytes: 1e12 }))
  const options = { modelId: manifest.modelId, epoch: 1, formats, contextLength: 64, shares }
  const plan = planShards(manifest.config, profiles, options)
  return shares.map((_, rank) => shardTensors(manifest.config, shardOf(plan, rank), formats))
}
