// Shapes of real models and measured-looking devices for tests of plans; no weights.
import { type ModelConfig, plainDecoder } from '../../src/model/config.ts'
import { modelTensors } from '../../src/model/model-tensors.ts'
import { FORMAT_LAYOUT, isAlwaysFloat, type TensorFormat, type TensorRole, tensorKey } from '../../src/model/tensor.ts'
import type { DeviceProfile } from '../../src/plan/device-profile.ts'
import type { TensorFormats } from '../../src/plan/shard-tensors.ts'
import { plainProfile } from './plain-profile.ts'

type Sizes = Pick<
  ModelConfig,
  'layerCount' | 'hiddenSize' | 'headCount' | 'kvHeadCount' | 'headSize' | 'ffnSize' | 'vocabSize' | 'tiedEmbeddings'
>

export function llamaConfig(sizes: Sizes): ModelConfig {
  return {
    ...plainDecoder(sizes.hiddenSize),
    architecture: 'llama',
    family: 'LLaMA',
    contextLength: 2048,
    norm: { kind: 'rms', epsilon: 1e-5, placement: 'pre' },
    positions: {
      kind: 'rope',
      theta: 10_000,
      layout: 'interleaved',
      rotatedSize: sizes.headSize,
      scaling: { kind: 'none' },
    },
    ...sizes,
  }
}

export const smollm2 = llamaConfig({
  layerCount: 30,
  hiddenSize: 576,
  headCount: 9,
  kvHeadCount: 3,
  headSize: 64,
  ffnSize: 1536,
  vocabSize: 49_152,
  tiedEmbeddings: true,
})

export const stories260K = llamaConfig({
  layerCount: 5,
  hiddenSize: 64,
  headCount: 8,
  kvHeadCount: 4,
  headSize: 8,
  ffnSize: 172,
  vocabSize: 512,
  tiedEmbeddings: true,
})

const layerMatrices: readonly TensorRole[] = ['query', 'key', 'value', 'attentionOutput', 'gate', 'up', 'down']

/** Every matrix of a layer in `layers`, embedding and output in `embedding`. */
export function formatsOf({ layerCount }: ModelConfig, layers: TensorFormat, embedding = layers): TensorFormats {
  const formats: Record<string, TensorFormat> = { tokenEmbedding: embedding, output: embedding }
  for (let layer = 0; layer < layerCount; layer++) {
    for (const role of layerMatrices) formats[`${role}.${layer}`] = layers
  }
  return formats
}

/** Every tensor in `format` where it may be held so, as a file of that format loads. */
export function blockFormats(config: ModelConfig, format: TensorFormat): TensorFormats {
  const { blockSize } = FORMAT_LAYOUT[format]
  return Object.fromEntries(
    modelTensors(config).map((tensor) => [
      tensorKey(tensor),
      isAlwaysFloat(tensor.role) || tensor.columns % blockSize !== 0 ? 'f32' : format,
    ]),
  )
}

export function device(index: number, memoryBytes: number, weightBytesPerSecond: number): DeviceProfile {
  const name = `Phone ${index}`
  return {
    ...plainProfile,
    deviceId: `device-${index}`,
    name,
    executor: 'wasm',
    weightBytesPerSecond,
    memoryBytes,
    cores: 8,
  }
}
