import { readFileSync } from 'node:fs'
import { beforeEach, expect, test, vi } from 'vitest'
import { range } from '../../../src/base/ranges.ts'
import { readBytes } from '../../../src/weights/byte-source.ts'
import { forgetModel, keptModels } from '../../../src/weights/kept-models.ts'
import { keptSource } from '../../../src/weights/kept-source.ts'
import { cachedBytes, openWeightCache } from '../../../src/weights/weight-cache.ts'
import { memorySource } from '../../support/memory-source.ts'
import { type MemoryStorage, memoryStorage } from '../../support/memory-storage.ts'

const file = new Uint8Array(readFileSync('tests/fixtures/stories260K.gguf'))
let storage: MemoryStorage

beforeEach(() => {
  storage = memoryStorage()
  vi.useFakeTimers({ toFake: ['Date'] })
  return () => vi.useRealTimers()
})

/** Keeps the beginning of the file for the model; returns what closes it. */
async function keep(modelId: string, name: string, byteLength: number, atMs: number): Promise<() => void> {
  vi.setSystemTime(atMs)
  const source = memorySource(file, name, '"v1"')
  const cache = await openWeightCache([source], () => undefined, modelId, storage)
  await readBytes(keptSource(source, cache, 0), range(0, byteLength))
  return () => cache.close()
}

test('models are listed with their bytes and their last use, the latest first, and one is deleted alone', async () => {
  ;(await keep('small', 'small.gguf', 10_000, 1000))()
  ;(await keep('large', 'one.gguf', 200_000, 2000))()
  ;(await keep('large', 'two.gguf', 300_000, 3000))()
  const models = await keptModels(storage)
  expect(models).toMatchObject([
    { modelId: 'large', usedAtMs: 3000 },
    { modelId: 'small', usedAtMs: 1000 },
  ])
  expect(models[0]!.byteLength).toBeGreaterThanOrEqual(500_000)
  ;(await keep('small', 'small.gguf', 10_000, 4000))()
  expect((await keptModels(storage))[0]).toMatchObject({ modelId: 'small', usedAtMs: 4000 })
  const before = await cachedBytes(storage)
  await forgetModel(storage, 'large')
  expect((await keptModels(storage)).map(({ modelId }) => modelId)).toEqual(['small'])
  expect(await cachedBytes(storage)).toBeLessThan(before - 500_000)
  await forgetModel(storage, 'small')
  expect(await cachedBytes(storage)).toBe(0)
  expect(storage.files.size).toBe(0)
})

test('a model that a tab is loading is not deleted, and the refusal says so', async () => {
  const close = await keep('small', 'small.gguf', 10_000, 1000)
  await expect(forgetModel(storage, 'small')).rejects.toThrow(/1 of the downloads of small cannot be removed while/)
  close()
  await forgetModel(storage, 'small')
  expect(await keptModels(storage)).toEqual([])
})

test('downloads without a readable note are nobody’s, and can be deleted too', async () => {
  ;(await keep('small', 'small.gguf', 10_000, 1000))()
  const note = [...storage.files.keys()].find((name) => name.startsWith('note-'))!
  storage.files.set(note, new TextEncoder().encode('{"modelId":'))
  const [model] = await keptModels(storage)
  expect(model).toMatchObject({ modelId: null, usedAtMs: null })
  await forgetModel(storage, null)
  expect(await keptModels(storage)).toEqual([])
})
