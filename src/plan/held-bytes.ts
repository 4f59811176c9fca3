// What each rank's part of each sublayer weighs, and its rows of the vocabulary: a plan's weights by place, for people.
import { rangeLength } from '../base/ranges.ts'
import type { ModelConfig } from '../model/config.ts'
import { bytesOf, isFeedForward, type ShardTensor, type TensorRole } from '../model/tensor.ts'
import { tensorBytes } from './plan-memory.ts'
import type { HeldBytes, Shard } from './shard-plan.ts'
import { shardTensors, type TensorFormats } from './shard-tensors.ts'

const vocabularyRoles: readonly TensorRole[] = ['output', 'outputExtra', 'outputBias']

/** `shards` in rank order. Of a tied embedding the leader's own vocabulary rows count as vocabulary. */
export function heldBytes(config: ModelConfig, shards: readonly Shard[], formats: TensorFormats): HeldBytes {
  const ranks = shards.map((shard) => shardTensors(config, shard, formats))
  const bySublayer = ranks.map((tensors) => {
    const bytes = new Map<string, number>()
    for (const tensor of tensors) {
      const key = sublayerKey(isFeedForward(tensor.role) ? 'feedForward' : 'attention', tensor.layer)
      bytes.set(key, (bytes.get(key) ?? 0) + tensorBytes(tensor))
    }
    return bytes
  })
  const tiedBytes = (vocabulary: Shard['vocabulary']) =>
    config.tiedEmbeddings && config.head !== 'none'
      ? bytesOf(formats.tokenEmbedding ?? 'f32', rangeLength(vocabulary), config.embedding.size)
      : 0
  return {
    sublayers: (shards[0]?.sublayers ?? []).map(({ kind, layer }) =>
      bySublayer.map((bytes) => bytes.get(sublayerKey(kind, layer)) ?? 0),
    ),
    vocabulary: ranks.map(
      (tensors, rank) => ofVocabulary(tensors) + (rank === 0 ? tiedBytes(shards[0]!.vocabulary) : 0),
    ),
  }
}

function ofVocabulary(tensors: readonly ShardTensor[]): number {
  return tensors
    .filter(({ role }) => vocabularyRoles.includes(role))
    .reduce((sum, tensor) => sum + tensorBytes(tensor), 0)
}

function sublayerKey(kind: Shard['sublayers'][number]['kind'], layer: number | null): string {
  return layer === null ? 'outside' : `${kind} ${layer}`
}
