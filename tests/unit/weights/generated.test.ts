import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { referenceExecutor } from '../../../src/compute/reference/reference-executor.ts'
import { shardOf } from '../../../src/plan/shard-plan.ts'
import { shardTensors } from '../../../src/plan/shard-tensors.ts'
import { planShards } from '../../../src/plan/splitter.ts'
import { collect } from '../../../src/weights/byte-source.ts'
import { dequantize } from '../../../src/weights/dequantize.ts'
import { residentFormats } from '../../../src/weights/formats.ts'
import { generateModel } from '../../../src/weights/generated-model.ts'
import { generatedSource } from '../../../src/weights/generated-source.ts'
import { loadShard } from '../../../src/weights/loader.ts'
import { parseManifest } from '../../../src/weights/manifest.ts'
import { Ensemble } from '../../support/ensemble.ts'
import { device } from '../../support/plan-models.ts'

const size = 20 * 20_000

describe('generated weights', () => {
  it('are the same bytes wherever a reading begins, also in strides', async () => {
    const source = generatedSource({ seed: 7, mean: 0, deviation: 0.02 }, size)
    const whole = await collect(source.read({ start: 0, end: size }), size)
    const place = fc.record({
      first: fc.nat(size - 5000),
      length: fc.integer({ min: 1, max: 300 }),
      gap: fc.nat(700),
      count: fc.integer({ min: 1, max: 5 }),
    })
    await fc.assert(
      fc.asyncProperty(place, async ({ first, length, gap, count }) => {
        const cut = { first, length, stride: length + gap, count }
        const bytes = await collect(source.readStrided!(cut), length * count)
        for (let i = 0; i < count; i++) {
          const at = first + i * cut.stride
          expect(bytes.subarray(i * length, (i + 1) * length)).toEqual(whole.subarray(at, at + length))
        }
      }),
      { seed: 1, numRuns: 50 },
    )
  })

  it('have the mean and the deviation asked for, and change with the seed', async () => {
    const valuesOf = async (seed: number) => {
      const bytes = await collect(
        generatedSource({ seed, mean: 1, deviation: 0.1 }, size).read({ start: 0, end: size }),
        size,
      )
      const values = new Float32Array((size / 20) * 32)
      dequantize('Q4_1', bytes, values)
      return values
    }
    const values = await valuesOf(1)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
    expect(mean).toBeCloseTo(1, 2)
    expect(deviation).toBeGreaterThan(0.1)
    expect(deviation).toBeLessThan(0.11)
    expect(await valuesOf(2)).not.toEqual(values)
  })

  it('can be stopped while they are made, though nothing in them waits', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 1)
    const source = generatedSource({ seed: 7, mean: 0, deviation: 0.02 }, 20 * 2 ** 30)
    const making = async () => {
      for await (const chunk of source.read({ start: 0, end: source.size }, stop.signal)) if (chunk.length === 0) return
    }
    await expect(making()).rejects.toMatchObject({ code: 'aborted' })
  })

  it('make a model of the shape that config.json says, alike on one rank and on three', async () => {
    const config = { model_type: 'gpt2', n_head: 4, n_embd: 128, n_positions: 32, vocab_size: 32, n_layer: 2 }
    const { manifest, sources } = generateModel('generated:small', config, 3)
    expect(parseManifest(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest)
    const hiddenOn = async (shares: number[]) => {
      const formats = residentFormats(manifest, 'auto')
      const plan = planShards(
        manifest.config,
        shares.map((_, rank) => device(rank, 2 ** 30, 1e9)),
        { modelId: 'm', epoch: 1, formats, contextLength: 32, shares },
      )
      expect(plan.vocabulary.every(({ start, end }) => start === end)).toBe(true)
      const executors = []
      for (const rank of shares.keys()) {
        const shard = shardOf(plan, rank)
        const tensors = shardTensors(manifest.config, shard, formats)
        const loader = await referenceExecutor.create({ config: manifest.config, shard, tensors, threads: 1 })
        await loadShard({ manifest, tensors, sources, cache: null, loader })
        executors.push(await loader.finish())
      }
      return (await new Ensemble(manifest.config, executors).run([1, 2, 3, 4, 5], 0)).hidden
    }
    const [one, three] = [await hiddenOn([1]), await hiddenOn([1, 2, 1])]
    for (const [i, value] of one.entries()) expect(three[i]).toBeCloseTo(value, 4)
    expect(one.some((value) => Math.abs(value) > 0.1)).toBe(true)
  })

  it('refuse a shape whose rows are no whole number of blocks', () => {
    const config = { model_type: 'gpt2', n_head: 3, n_embd: 48, n_positions: 32, vocab_size: 32, n_layer: 1 }
    expect(() => generateModel('odd', config, 1)).toThrow(/48 values, which is no multiple of 32/)
  })
})
