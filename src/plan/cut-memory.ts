// Memory of a cut before there is a plan, fast: a refusal tries hundreds of them. Layers are cut alike, so one is measured for all that
// are held in the same formats; the sum is `ShardMemory.totalBytes` to the byte.
import { layerSublayers, type ModelConfig, type Sublayer } from '../model/config.ts'
import { sublayerTensors } from '../model/model-tensors.ts'
import { tensorKey } from '../model/tensor.ts'
import { type RankCut, shardFromCut } from './cut.ts'
import type { ExecutorKind } from './device-profile.ts'
import { modelKvValueBytes, shardMemory } from './plan-memory.ts'
import type { TensorFormats } from './shard-tensors.ts'

export interface PlacementOptions {
  formats: TensorFormats
  contextLength: number
}

/** Bytes of weights, KV cache and buffers of `cut` on `rank`. */
export type CutMeter = (cut: RankCut, rank: number) => number

/** `executors[rank]` is what each runs on. */
export function cutMeter(
  config: ModelConfig,
  { formats, contextLength }: PlacementOptions,
  executors: readonly ExecutorKind[],
): CutMeter {
  const groups = layersByFormat(config, formats)
  const valueBytes = executors.map((executor) => modelKvValueBytes(config, formats, executor))
  return (cut, rank) => {
    const place = { rank, worldSize: rank + 1, epoch: 0, contextLength }
    const memoryOf = (sublayers: Sublayer[]) =>
      shardMemory(config, shardFromCut(sublayers, cut, place), formats, executors[rank]!, valueBytes[rank]!)
    const outside = memoryOf([])
    let { weightBytes, bufferBytes } = outside
    let kvBytes = 0
    for (const { sublayers, count } of groups) {
      const layer = memoryOf(sublayers)
      weightBytes += count * (layer.weightBytes - outside.weightBytes)
      kvBytes += count * layer.kvBytes
      bufferBytes = Math.max(bufferBytes, layer.bufferBytes)
    }
    return weightBytes + kvBytes + bufferBytes
  }
}

interface AlikeLayers {
  /** Of one of them. */
  sublayers: Sublayer[]
  count: number
}

function layersByFormat(config: ModelConfig, formats: TensorFormats): AlikeLayers[] {
  const groups = new Map<string, AlikeLayers>()
  for (let layer = 0; layer < config.layerCount; layer++) {
    const sublayers = layerSublayers(config, layer)
    const tensors = sublayers.flatMap((sublayer) => sublayerTensors(config, sublayer))
    const held = tensors.map((tensor) => formats[tensorKey(tensor)]).join()
    const group = groups.get(held)
    if (group) group.count++
    else groups.set(held, { sublayers, count: 1 })
  }
  return [...groups.values()]
}
