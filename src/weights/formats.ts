// Which resident format each tensor of a model gets.
import type { TensorFormats } from '../plan/shard-tensors.ts'
import { chooseFormat, type WeightWish } from './convert.ts'
import type { ModelManifest } from './manifest.ts'
import { isVectorKey } from './model-tensors.ts'

/** For the planner and `shardTensors`; has `ropeFactors` exactly when the file does. Vectors are always f32. */
export function residentFormats(manifest: ModelManifest, wish: WeightWish): TensorFormats {
  return Object.fromEntries(
    Object.entries(manifest.tensors).map(([key, { type, columns }]) => [
      key,
      isVectorKey(key) ? 'f32' : chooseFormat(type, wish, columns),
    ]),
  )
}

/** For people and `--json`: `native:Q4_1+Q8_0` (the matrices' types), or the wish itself, with what fell back to floats (`int8+f32`). */
export function weightsLabel(manifest: ModelManifest, wish: WeightWish): string {
  const matrices = Object.entries(manifest.tensors).filter(([key]) => !isVectorKey(key))
  if (wish === 'auto') return `native:${[...new Set(matrices.map(([, { type }]) => type))].sort().join('+')}`
  const held = new Set(matrices.map(([, { type, columns }]) => chooseFormat(type, wish, columns)))
  held.delete(wish)
  return [wish, ...[...held].sort()].join('+')
}
