import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { HeadroomError } from '../../../src/base/errors.ts'
import { range } from '../../../src/base/ranges.ts'
import { type TensorFormat, tensorKey } from '../../../src/model/tensor.ts'
import { loadShard } from '../../../src/weights/loader.ts'
import type { ModelManifest } from '../../../src/weights/manifest.ts'
import { openGguf } from '../../../src/weights/model-file.ts'
import { intersectRects, type Rect, rectByteLength, subtractRect } from '../../../src/weights/rectangles.ts'
import { cachedBytes, forgetDownloads, keepDownloads, openWeightCache } from '../../../src/weights/weight-cache.ts'
import { collectWeights } from '../../support/collected-weights.ts'
import { defaultModelPath } from '../../support/default-model.ts'
import { diskSource, memorySource } from '../../support/memory-source.ts'
import { type MemoryStorage, memoryStorage } from '../../support/memory-storage.ts'
import { tensorsOfShares } from '../../support/shard-of-shares.ts'

const file = new Uint8Array(readFileSync('tests/fixtures/stories260K.gguf'))
let manifest: ModelManifest
let storage: MemoryStorage
let problems: HeadroomError[]

beforeEach(async () => {
  manifest = (await openGguf(memorySource(file, 'stories.gguf', null), 'stories')).manifest
  storage = memoryStorage()
  problems = []
})

/** Loads rank `rank` of the split through the cache; checks every slice against a load without it; returns the bytes downloaded. */
async function load(shares: readonly number[], rank: number, etag: string | null = '"v1"', signal?: AbortSignal) {
  const source = memorySource(file, 'stories.gguf', etag)
  const tensors = tensorsOfShares(manifest, shares, 'auto')[rank]!
  const loader = collectWeights(tensors)
  const cache = await openWeightCache([source], (problem) => problems.push(problem), 'model', storage)
  try {
    await loadShard({ manifest, tensors, sources: [source], cache, loader, ...(signal && { signal }) })
  } finally {
    cache.close()
  }
  const plain = collectWeights(tensors)
  await loadShard({ manifest, tensors, sources: [memorySource(file)], cache: null, loader: plain })
  for (const tensor of tensors) {
    const key = tensorKey(tensor)
    expect(Buffer.compare(loader.finish().get(key)!, plain.finish().get(key)!), key).toBe(0)
  }
  return source.downloadedBytes
}

describe('the cache', () => {
  it('makes a second load of the same slice cost nothing', async () => {
    expect(await load([1, 1], 1)).toBeGreaterThan(100_000)
    expect(await load([1, 1], 1)).toBe(0)
    expect(problems).toEqual([])
  })

  it('leaves only what is new to download after any change of plan', async () => {
    const plan = fc.record({
      shares: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 }),
      rank: fc.nat(5),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(plan, { minLength: 2, maxLength: 4 }), async (plans) => {
        storage = memoryStorage()
        for (const { shares, rank } of plans) await load(shares, rank % shares.length)
        const { shares, rank } = plans[0]!
        expect(await load(shares, rank % shares.length)).toBe(0)
      }),
      { seed: 4, numRuns: 12 },
    )
    // The whole file is here: every slice of it is.
    await load([1], 0)
    expect(await load([3, 2, 1], 2)).toBe(0)
    expect(await load([1, 1, 1, 1, 1, 1, 1, 1, 1], 4)).toBe(0)
  })

  it('keeps no byte twice', async () => {
    for (const [shares, rank] of [
      [[1, 1, 1], 1],
      [[2, 1], 0],
      [[1], 0],
    ] as const)
      await load(shares, rank)
    expect(await cachedBytes(storage)).toBeLessThan(file.length * 1.05)
  })

  it('goes on with a download that was broken off', async () => {
    const whole = await load([1, 1], 0)
    storage = memoryStorage()
    const stop = new AbortController()
    const source = memorySource(file, 'stories.gguf', '"v1"')
    const tensors = tensorsOfShares(manifest, [1, 1], 'auto')[0]!
    const cache = await openWeightCache([source], () => undefined, 'model', storage)
    let written = 0
    const loader = { write: () => void (++written === 30 && stop.abort()) }
    await expect(
      loadShard({ manifest, tensors, sources: [source], cache, loader, signal: stop.signal }),
    ).rejects.toMatchObject({ code: 'aborted' })
    cache.close()
    const rest = await load([1, 1], 0)
    expect(rest).toBeGreaterThan(0)
    expect(rest).toBeLessThan(whole * 0.6)
  })

  it('fetches again what storage damaged, wherever it did', async () => {
    for (let seed = 0; seed < 12; seed++) {
      storage = memoryStorage()
      await load([1, 1], 1)
      const [bytes] = [...storage.files.values()]
      bytes![Math.floor((bytes!.length * (seed + 0.5)) / 12)]! ^= 16
      expect(await load([1, 1], 1)).toBeGreaterThan(0)
      expect(await load([1, 1], 1)).toBe(0)
    }
  })

  it('fetches again an entry whose damage spans several pieces', async () => {
    const model = diskSource(defaultModelPath(), '"real"')
    const opened = (await openGguf(model, 'smollm2')).manifest
    const slice = { role: 'tokenEmbedding', layer: null, rows: range(0, 4000), columns: range(0, 576) } as const
    const loadAs = async (format: TensorFormat, cached: boolean) => {
      const tensors = [{ ...slice, format }]
      const loader = collectWeights(tensors)
      const cache = cached
        ? await openWeightCache([model], (problem) => problems.push(problem), 'model', storage)
        : null
      await loadShard({ manifest: opened, tensors, sources: [model], cache, loader })
      cache?.close()
      return loader.finish().get('tokenEmbedding')!
    }
    await loadAs('int8', true)
    const [bytes] = [...storage.files.values()]
    bytes![500_000]! ^= 1
    bytes![2_000_000]! ^= 1
    // Rows in f32 are larger: one cached entry is now read by several pieces.
    expect(Buffer.compare(await loadAs('f32', true), await loadAs('f32', false))).toBe(0)
    expect(problems).toEqual([])
  })

  it('survives a file that was cut short', async () => {
    await load([1, 1], 1)
    const [[name, bytes]] = [...storage.files] as [[string, Uint8Array]]
    storage.files.set(name, bytes.slice(0, bytes.length / 3))
    expect(await load([1, 1], 1)).toBeGreaterThan(0)
    expect(await load([1, 1], 1)).toBe(0)
  })

  it('drops what it has when the file on the server changed', async () => {
    await load([1, 1], 1, '"v1"')
    expect(await load([1, 1], 1, '"v2"')).toBeGreaterThan(0)
    expect([...storage.files.keys()].filter((kept) => !kept.startsWith('note-'))).toHaveLength(1)
  })

  it('keeps nothing of a file without an ETag', async () => {
    await load([1, 1], 1, null)
    expect(await cachedBytes(storage)).toBe(0)
  })

  it('says once that storage is full, and the load goes on', async () => {
    storage.quotaBytes = 200_000
    await load([1], 0)
    expect(problems.map(({ code }) => code)).toEqual(['storage-full'])
    expect(problems[0]!.message).toMatch(/no more room for downloads.*The model still runs/)
    expect(await cachedBytes(storage)).toBeLessThanOrEqual(200_000)
    const again = await load([1], 0)
    expect(again).toBeLessThan(file.length - 150_000)
  })

  it('says it too when what was gathered last does not fit', async () => {
    storage.quotaBytes = 2000
    const source = memorySource(file, 'stories.gguf', '"v1"')
    const cache = await openWeightCache([source], (problem) => problems.push(problem), 'model', storage)
    const part = (at: number) => ({
      source: 0,
      tensorOffset: at,
      rowBytes: 1500,
      rect: { rows: range(0, 1), bytes: range(0, 1500) },
    })
    for (const at of [0, 1500]) await cache.write(part(at), file.subarray(at, at + 1500))
    expect(problems).toEqual([])
    const read = new Uint8Array(1500)
    expect(await cache.readInto(part(1500), read)).toEqual([part(1500)])
    expect(problems.map(({ code }) => code)).toEqual(['storage-full'])
    expect(cache.missing(part(1500))).toEqual([part(1500)])
    expect(await cache.readInto(part(0), read)).toEqual([])
    expect(read).toEqual(file.subarray(0, 1500))
    cache.close()
    expect(await cachedBytes(storage)).toBeLessThan(2000)
  })

  it('tells of a storage that is full only at the end', async () => {
    storage.quotaBytes = 1000
    const source = memorySource(file, 'stories.gguf', '"v1"')
    const cache = await openWeightCache([source], (problem) => problems.push(problem), 'model', storage)
    const rect = { rows: range(0, 1), bytes: range(0, 1500) }
    await cache.write({ source: 0, tensorOffset: 0, rowBytes: 1500, rect }, file.subarray(0, 1500))
    cache.close()
    expect(problems.map(({ code }) => code)).toEqual(['storage-full'])
    expect(await cachedBytes(storage)).toBe(0)
    expect(
      await (await openWeightCache([source], () => undefined, 'model', storage)).missing({
        source: 0,
        tensorOffset: 0,
        rowBytes: 1500,
        rect,
      }),
    ).toHaveLength(1)
  })

  it('gives each tab of a browser a file of its own', async () => {
    const source = memorySource(file, 'stories.gguf', '"v1"')
    const first = await openWeightCache([source], (problem) => problems.push(problem), 'model', storage)
    await load([1, 1], 1)
    await expect(forgetDownloads(storage)).rejects.toThrow(/1 of the downloads cannot be removed while a tab/)
    first.close()
    expect(problems).toEqual([])
  })

  it('leaves no file locked that it could not read', async () => {
    await load([1], 0)
    const { open } = storage
    storage.open = async (name) => {
      const file = await open(name)
      return file && Object.assign(file, { getSize: () => expect.unreachable('The disk is gone.') })
    }
    expect(await load([1], 0)).toBeGreaterThan(0)
    expect(problems.map(({ code }) => code)).toEqual(['storage-full'])
    await forgetDownloads(storage)
    expect(storage.files.size).toBe(0)
  })

  it('is empty after "forget downloads"', async () => {
    await load([1, 1], 1)
    expect(await cachedBytes(storage)).toBeGreaterThan(0)
    await forgetDownloads(storage)
    expect(await cachedBytes(storage)).toBe(0)
    expect(await load([1, 1], 1)).toBeGreaterThan(0)
  })

  it('does not stop a load where the browser has no storage at all', async () => {
    const source = memorySource(file, 'stories.gguf', '"v1"')
    const cache = await openWeightCache([source], (problem) => problems.push(problem), 'model')
    const tensors = tensorsOfShares(manifest, [1], 'auto')[0]!
    const loader = collectWeights(tensors)
    await loadShard({ manifest, tensors, sources: [source], cache, loader })
    loader.finish()
    expect(problems.map(({ message }) => message).join()).toMatch(/keeps no downloads for this page/)
    expect(await cachedBytes()).toBe(0)
    await expect(forgetDownloads()).resolves.toBeUndefined()
    expect(await keepDownloads()).toBe(false)
  })
})

describe('rectangles', () => {
  it('subtract to disjoint parts that cover exactly the rest', () => {
    const rect = fc.record({ row: fc.nat(9), rows: fc.nat(6), byte: fc.nat(9), bytes: fc.nat(6) }).map(
      ({ row, rows, byte, bytes }): Rect => ({
        rows: range(row, row + rows + 1),
        bytes: range(byte, byte + bytes + 1),
      }),
    )
    fc.assert(
      fc.property(rect, rect, (whole, hole) => {
        const parts = subtractRect(whole, hole)
        const common = intersectRects(whole, hole)
        const covered = [...parts, ...(common ? [common] : [])]
        expect(covered.reduce((sum, part) => sum + rectByteLength(part), 0)).toBe(rectByteLength(whole))
        for (const [i, a] of covered.entries()) {
          expect(intersectRects(a, whole)).toEqual(a)
          for (const b of covered.slice(i + 1)) expect(intersectRects(a, b)).toBeNull()
        }
      }),
      { seed: 9 },
    )
  })
})
