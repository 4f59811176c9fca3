// A checkpoint folder on all ranks of a plan, run in lockstep with sums made by hand: what executors are held to transformers' outputs on.
import type { ExecutorFactory } from '../../src/compute/executor.ts'
import { shardOf } from '../../src/plan/shard-plan.ts'
import { shardTensors } from '../../src/plan/shard-tensors.ts'
import { planShards } from '../../src/plan/splitter.ts'
import type { WeightWish } from '../../src/weights/convert.ts'
import { residentFormats } from '../../src/weights/formats.ts'
import { loadShard } from '../../src/weights/loader.ts'
import { openSafetensors } from '../../src/weights/model-file.ts'
import { Ensemble } from './ensemble.ts'
import { fixtureBytes, fixtureJson } from './fixture-files.ts'
import { memorySource } from './memory-source.ts'
import { device } from './plan-models.ts'

const inTwoFiles = ['qwen2']

/** Loads `tests/fixtures/<name>` cut by `shares`, one executor a share. */
export async function checkpointRanks(
  name: string,
  factory: ExecutorFactory,
  shares: readonly number[],
  weights: WeightWish = 'f32',
): Promise<Ensemble> {
  const folder = `tests/fixtures/${name}`
  const files = inTwoFiles.includes(name)
    ? ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
    : ['model.safetensors']
  const sources = await Promise.all(
    files.map(async (file) => memorySource(await fixtureBytes(`${folder}/${file}`), file)),
  )
  const config = await fixtureJson(`${folder}/config.json`)
  const { manifest } = await openSafetensors({ config, files: sources }, name)
  const formats = residentFormats(manifest, weights)
  const profiles = shares.map((_, rank) => device(rank, 2 ** 32, 1e9))
  const { contextLength } = manifest.config
  const plan = planShards(manifest.config, profiles, { modelId: name, epoch: 1, formats, contextLength, shares })
  const executors = []
  for (const rank of shares.keys()) {
    const shard = shardOf(plan, rank)
    const tensors = shardTensors(manifest.config, shard, formats)
    const loader = await factory.create({ config: manifest.config, shard, tensors, threads: 1 })
    await loadShard({ manifest, tensors, sources, cache: null, loader })
    executors.push(await loader.finish())
  }
  return new Ensemble(manifest.config, executors)
}
