// Layers with a stream of their own, beyond what every executor's contract asks: their kernels' other ways, and what they refuse.
import { afterEach, describe, expect, test, vi } from 'vitest'
import { referenceExecutor } from '../../../src/compute/reference/reference-executor.ts'
import { webgpuExecutor } from '../../../src/compute/webgpu/webgpu-executor.ts'
import type { ModelConfig } from '../../../src/model/config.ts'
import type { TensorFormat } from '../../../src/model/tensor.ts'
import { shardTensors } from '../../../src/plan/shard-tensors.ts'
import { difference, load, whole } from '../../support/contract-ranks.ts'
import { mobileBertLike } from '../../support/family-configs.ts'
import { shardsByHand, type TinyModel, tinyModel } from '../../support/tiny-model.ts'

afterEach(() => vi.restoreAllMocks())

const layerNorms = { kind: 'layer', epsilon: 1e-12, placement: 'post' } as const

/** As a file that keeps these tensors in another format than the rest. */
function mixed(config: ModelConfig, rest: TensorFormat, other: TensorFormat, roles: readonly string[]): TinyModel {
  const [most, few] = [tinyModel(config, rest), tinyModel(config, other)]
  const isOther = (role: string) => roles.includes(role)
  const entries = Object.entries(most.formats).map(([key, format]) => [
    key,
    isOther(key.split('.')[0]!) ? few.formats[key]! : format,
  ])
  return {
    config,
    formats: Object.fromEntries(entries),
    cut: (tensor) => (isOther(tensor.role) ? few : most).cut(tensor),
  }
}

/** Compiled fast: the head has tests of its own. */
const headless = (overrides: Partial<ModelConfig> = {}) => mobileBertLike({ head: 'none', ...overrides })

const odd = headless({
  hiddenSize: 30,
  headCount: 3,
  kvHeadCount: 3,
  headSize: 5,
  ffnSize: 23,
  embedding: { size: 10, trigram: true, tokenTypeCount: 2, norm: true },
  bottleneck: { size: 15, sharedKeyQuery: true },
  feedForwardsPerLayer: 2,
})
const alone: [number, number, number][] = [[4, 160, 0]]

describe('a layer with a stream of its own', () => {
  test.each([
    {
      what: 'in odd sizes',
      model: tinyModel(odd, 'f32'),
      ends: [
        [1, 7, 0],
        [3, 23, 0],
      ],
      lengths: [1, 6, 61],
    },
    {
      what: 'with layer norms',
      model: tinyModel(headless({ norm: layerNorms }), 'f32'),
      ends: [
        [1, 3, 0],
        [4, 3, 0],
        [4, 160, 0],
      ],
      lengths: [1, 13],
    },
    {
      what: 'of mixed formats',
      model: mixed(headless(), 'int8', 'f32', ['key', 'value', 'down', 'attentionOutput']),
      ends: alone,
      lengths: [7],
    },
    {
      what: 'too wide for tiles',
      model: tinyModel(headless({ hiddenSize: 1056, layerCount: 1 }), 'f32'),
      ends: alone,
      lengths: [1, 7],
    },
    {
      what: 'over 511 tokens',
      model: tinyModel(headless({ contextLength: 512, layerCount: 1 }), 'f32'),
      ends: alone,
      lengths: [511],
    },
  ] satisfies { what: string; model: TinyModel; ends: [number, number, number][]; lengths: number[] }[])(
    "$what gives the reference's answers",
    async ({ model, ends, lengths }) => {
      const oracle = await load(model, whole(model.config), referenceExecutor)
      const subject = await load(model, shardsByHand(model.config, ends), webgpuExecutor)
      for (const length of lengths) {
        const tokens = Array.from({ length }, (_, i) => (i * 37 + 3) % 101)
        const [expected, actual] = [await oracle.run(tokens, 0), await subject.run(tokens, 0)]
        expect(difference([actual.hidden], [expected.hidden])).toBeLessThanOrEqual(6e-5)
      }
      subject.close()
      oracle.close()
    },
  )

  test.each([
    { what: 'wider than a workgroup has memory', config: mobileBertLike({ hiddenSize: 4096 }), says: /16384 bytes/ },
    {
      what: 'with norms before its sums',
      config: mobileBertLike({ norm: { ...layerNorms, placement: 'pre' } }),
      says: /norms after the sum/,
    },
    { what: 'with gates', config: mobileBertLike({ gated: true }), says: /without gates/ },
  ])('$what is refused before a byte is fetched', async ({ config, says }) => {
    const [shard] = whole(config)
    const tensors = shardTensors(config, shard!, {})
    const opening = webgpuExecutor.create({ config, shard: shard!, tensors, threads: 1 })
    await expect(opening).rejects.toMatchObject({ code: 'model-unsupported', message: expect.stringMatching(says) })
  })

  test('whose matrices are larger than a kernel may bind is refused', async () => {
    vi.spyOn(GPUSupportedLimits.prototype, 'maxStorageBufferBindingSize', 'get').mockReturnValue(65_536)
    const config = mobileBertLike()
    const [shard] = whole(config)
    const tensors = shardTensors(config, shard!, {})
    const opening = webgpuExecutor.create({ config, shard: shard!, tensors, threads: 1 })
    await expect(opening).rejects.toMatchObject({ code: 'model-unsupported', message: expect.stringMatching(/73728/) })
  })
})
