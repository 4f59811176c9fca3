// A model of random weights in any shape that config.json can say, without a head: nobody reads its words. See generated-source.ts.
import { ModelFormatError } from '../base/errors.ts'
import { MobileModelArchitectureParser } from '../model/architecture-parser.ts'
import type { ModelConfig } from '../model/config.ts'
import { modelTensors } from '../model/model-tensors.ts'
import { isVector, tensorKey } from '../model/tensor.ts'
import { BLOCK_LAYOUT, fileBytesOf } from './block-types.ts'
import type { ByteSource, GeneratedWeights } from './byte-source.ts'
import { generatedSource } from './generated-source.ts'
import type { ManifestTensor, ModelManifest } from './manifest.ts'

export interface GeneratedModel {
  manifest: ModelManifest
  sources: ByteSource[]
}

/**
 * Matrices of deviation 1 / sqrt(columns) in steps of one (tensors of one width are one file), gains around 1, biases around 0. Throws
 * `model-format` for a shape whose rows are no whole number of blocks.
 */
export function generateModel(modelId: string, config: unknown, seed: number): GeneratedModel {
  const shape: ModelConfig = { ...new MobileModelArchitectureParser().fromHuggingFace(config), head: 'none' }
  const files = new Map<string, { index: number; weights: GeneratedWeights; size: number }>()
  const tensors: Record<string, ManifestTensor> = {}
  for (const tensor of modelTensors(shape)) {
    const { role, rows, columns } = tensor
    const key = tensorKey(tensor)
    if (columns % BLOCK_LAYOUT.Q4_1.blockSize !== 0) {
      throw new ModelFormatError(`${modelId}: rows of ${key} have ${columns} values, which is no multiple of 32.`)
    }
    const distribution = isVector(role)
      ? { mean: role.endsWith('Bias') ? 0 : 1, deviation: 0.1 }
      : { mean: 0, deviation: 1 / Math.sqrt(columns) }
    const name = `${distribution.mean} ± ${distribution.deviation}`
    const file = files.get(name) ?? {
      index: files.size,
      weights: { seed: seed + files.size, ...distribution },
      size: 0,
    }
    files.set(name, file)
    const byteLength = fileBytesOf('Q4_1', rows, columns)
    tensors[key] = { name: key, source: file.index, type: 'Q4_1', rows, columns, offset: file.size, byteLength }
    file.size += byteLength
  }
  const sources = [...files.values()].map(({ weights, size }) => generatedSource(weights, size))
  const manifestSources = sources.map(({ origin, size, etag }) => ({ ...origin, size, etag }))
  return { manifest: { modelId, config: shape, sources: manifestSources, tensors }, sources }
}
