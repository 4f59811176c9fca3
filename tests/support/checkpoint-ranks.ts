// A checkpoint folder on all ranks of a plan, run in lockstep with sums made by hand: what executors are held to transformers' outputs on.
import { readdir, readFile } from 'node:fs/promises'
import type { ExecutorFactory } from '../../src/compute/executor.ts'
import { shardOf } from '../../src/plan/shard-plan.ts'
import { shardTensors } from '../../src/plan/shard-tensors.ts'
import { planShards } from '../../src/plan/splitter.ts'
import type { WeightWish } from '../../src/weights/convert.ts'
import { residentFormats } from '../../src/weights/formats.ts'
import { loadShard } from '../../src/weights/loader.ts'
import { openSafetensors } from '../../src/weights/model-file.ts'
import { Ensemble } from './ensemble.ts'
import { diskSource } from './memory-source.ts'
import { device } from './plan-models.ts'

/** Loads `tests/fixtures/<name>` cut by `shares`, one executor a share. */
export async function checkpointRanks(
  name: string,
  factory: ExecutorFactory,
  shares: readonly number[],
  weights: WeightWish = 'f32',
): Promise<Ensemble> {
  const folder = `tests/fixtures/${name}`
  const files = (await readdir(folder)).filter((file) => /^model.*\.safetensors$/.test(file))
  const sources = files.map((file) => diskSource(`${folder}/${file}`))
  const config: unknown = JSON.parse(await readFile(`${folder}/config.json`, 'utf8'))
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
