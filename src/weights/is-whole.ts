// Does this device keep a whole model, so that it can load it alone without its server?
import { range } from '../base/ranges.ts'
import { type ManifestTensor, type ModelManifest, placeInFile } from './manifest.ts'
import type { TensorPart } from './rectangles.ts'
import type { WeightCache } from './weight-cache.ts'

/** Is every tensor of the model in the cache? */
export function isWhole({ tensors }: ModelManifest, cache: WeightCache): boolean {
  return Object.values(tensors).every((tensor) => cache.missing(wholeTensor(tensor)).length === 0)
}

function wholeTensor(tensor: ManifestTensor): TensorPart {
  const { rows } = placeInFile(tensor)
  const rowBytes = tensor.byteLength / rows
  const rect = { rows: range(0, rows), bytes: range(0, rowBytes) }
  return { source: tensor.source, tensorOffset: tensor.offset, rowBytes, rect }
}
