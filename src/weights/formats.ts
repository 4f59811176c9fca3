// Which resident format each tensor of a model gets.
import { bytesOf, isAlwaysFloat, roleOf } from '../model/tensor.ts'
import type { TensorFormats } from '../plan/shard-tensors.ts'
import { isNative } from './block-types.ts'
import { chooseFormat, type WeightWish } from './convert.ts'
import type { ModelManifest } from './manifest.ts'

/** For the planner and `shardTensors`; has `ropeFactors` exactly when the file does. Vectors and small tables are always f32. */
export function residentFormats(manifest: ModelManifest, wish: WeightWish): TensorFormats {
  return Object.fromEntries(
    Object.entries(manifest.tensors).map(([key, { type, columns }]) => [
      key,
      isAlwaysFloat(roleOf(key)) ? 'f32' : chooseFormat(type, wish, columns),
    ]),
  )
}

/** Of all weights on one device. */
export function wholeBytes(manifest: ModelManifest, wish: WeightWish): number {
  const formats = residentFormats(manifest, wish)
  return Object.entries(manifest.tensors).reduce(
    (sum, [key, { rows, columns }]) => sum + bytesOf(formats[key] ?? 'f32', rows, columns),
    0,
  )
}

/**
 * For people and `--json`. Of `auto`: `native:Q4_1+Q8_0` where all matrices are held in the blocks of the file, else
 * `auto:Q4_K→int4+Q8_0`, an arrow for each type that is not. Of another wish: itself, with what fell back to floats (`int8+f32`).
 */
export function weightsLabel(manifest: ModelManifest, wish: WeightWish): string {
  const matrices = Object.entries(manifest.tensors)
    .filter(([key]) => !isAlwaysFloat(roleOf(key)))
    .map(([, { type, columns }]) => ({ type, format: chooseFormat(type, wish, columns) }))
  const sorted = (words: readonly string[]) => [...new Set(words)].sort()
  if (wish !== 'auto') {
    const fallbacks = matrices.map(({ format }) => format).filter((format) => format !== wish)
    return [wish, ...sorted(fallbacks)].join('+')
  }
  const native = matrices.every(({ type, format }) => isNative(type, format))
  const held = matrices.map(({ type, format }) => (isNative(type, format) ? type : `${type}→${format}`))
  return `${native ? 'native' : 'auto'}:${sorted(held).join('+')}`
}
