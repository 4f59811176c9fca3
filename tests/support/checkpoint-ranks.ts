// A model on all ranks of a plan, run in lockstep with sums made by hand: what executors are held to transformers' outputs on.
import type { ExecutorFactory } from '../../src/compute/executor.ts'
import { shardOf } from '../../src/plan/shard-plan.ts'
import { shardTensors } from '../../src/plan/shard-tensors.ts'
import { planShards } from '../../src/plan/splitter.ts'
import type { ByteSource } from '../../src/weights/byte-source.ts'
import type { WeightWish } from '../../src/weights/convert.ts'
import { residentFormats } from '../../src/weights/formats.ts'
import { loadShard } from '../../src/weights/loader.ts'
import type { ModelManifest } from '../../src/weights/manifest.ts'
import { openSafetensors } from '../../src/weights/model-file.ts'
import { checkpointConfig, checkpointSources } from './checkpoint-files.ts'
import { Ensemble } from './ensemble.ts'
import { device } from './plan-models.ts'

/** Loads `tests/fixtures/<name>` cut by `shares`, one executor a share. */
export async function checkpointRanks(
  name: string,
  factory: ExecutorFactory,
  shares: readonly number[],
  weights: WeightWish = 'f32',
): Promise<Ensemble> {
  const sources = await checkpointSources(name)
  const { manifest } = await openSafetensors({ config: await checkpointConfig(name), files: sources }, name)
  return modelRanks({ manifest, sources }, factory, shares, weights)
}

/** The same of any opened model. */
export async function modelRanks(
  { manifest, sources }: { manifest: ModelManifest; sources: readonly ByteSource[] },
  factory: ExecutorFactory,
  shares: readonly number[],
  weights: WeightWish = 'f32',
): Promise<Ensemble> {
  const formats = residentFormats(manifest, weights)
  const profiles = shares.map((_, rank) => device(rank, 2 ** 32, 1e9))
  const { modelId, config } = manifest
  const { contextLength } = config
  const plan = planShards(config, profiles, { modelId, epoch: 1, formats, contextLength, shares })
  const executors = []
  for (const rank of shares.keys()) {
    const shard = shardOf(plan, rank)
    const tensors = shardTensors(config, shard, formats)
    const loader = await factory.create({ config, shard, tensors, threads: 1 })
    await loadShard({ manifest, tensors, sources, cache: null, loader })
    executors.push(await loader.finish())
  }
  return new Ensemble(config, executors)
}
