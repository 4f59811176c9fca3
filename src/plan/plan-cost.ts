// Decoding is bound by reading weights, so a stage takes its bytes over the device's measured bytes a second. Every stage ends in a
// collective that waits for all ranks: the step is the sum, over stages, of the slowest rank. The network is not in it.
import { rangeLength } from '../base/ranges.ts'
import type { ModelConfig } from '../model/config.ts'
import { bytesOf, isFeedForward } from '../model/tensor.ts'
import { tensorBytes } from './plan-memory.ts'
import type { Shard } from './shard-plan.ts'
import { shardTensors, type TensorFormats } from './shard-tensors.ts'

/** Predicted milliseconds of a step over one token (`ShardPlan.predictedStepMs`). `weightBytesPerSecond[rank]` is measured, > 0. */
export function predictStepMs(
  config: ModelConfig,
  shards: readonly Shard[],
  formats: TensorFormats,
  weightBytesPerSecond: readonly number[],
): number {
  const slowestSeconds = new Map<string, number>()
  for (const shard of shards) {
    for (const [stage, bytes] of readBytesByStage(config, shard, formats)) {
      const seconds = bytes / weightBytesPerSecond[shard.rank]!
      slowestSeconds.set(stage, Math.max(seconds, slowestSeconds.get(stage) ?? 0))
    }
  }
  return [...slowestSeconds.values()].reduce((sum, seconds) => sum + seconds, 0) * 1000
}

/** Weight bytes one rank reads for one token: of the embedding table only the token's row and, when tied, its vocabulary rows. */
function readBytesByStage(config: ModelConfig, shard: Shard, formats: TensorFormats): Map<string, number> {
  const stages = new Map<string, number>()
  const read = (stage: string, bytes: number) => stages.set(stage, (stages.get(stage) ?? 0) + bytes)
  for (const tensor of shardTensors(config, shard, formats)) {
    const { role, layer, format } = tensor
    const columns = rangeLength(tensor.columns)
    if (lookedUpRoles.has(role)) read('embed', bytesOf(format, 1, columns))
    if (role === 'tokenEmbedding' && config.tiedEmbeddings)
      read('head', bytesOf(format, rangeLength(shard.vocabulary), columns))
    if (lookedUpRoles.has(role)) continue
    if (layer === null) read(/^embedding/.test(role) ? 'embed' : 'head', tensorBytes(tensor))
    else read(`${isFeedForward(role) ? 'feedForward' : 'attention'}.${layer}`, tensorBytes(tensor))
  }
  return stages
}

const lookedUpRoles: ReadonlySet<string> = new Set(['tokenEmbedding', 'positionEmbedding', 'tokenTypeEmbedding'])
