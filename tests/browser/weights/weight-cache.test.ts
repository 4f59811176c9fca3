import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ByteSource } from '../../../src/weights/byte-source.ts'
import { openFileSource } from '../../../src/weights/file-source.ts'
import { cachedBytes, forgetDownloads, openWeightCache } from '../../../src/weights/weight-cache.ts'
import storiesUrl from '../../fixtures/stories260K.gguf?url'
import type { CacheReply, CacheRequest } from './cache-worker.ts'

const workers: Worker[] = []

/** A fresh worker each time: nothing but the browser's storage connects two loads. */
async function load(request: Partial<CacheRequest> = {}): Promise<CacheReply> {
  const file = await (await fetch(storiesUrl)).blob()
  const worker = new Worker(new URL('./cache-worker.ts', import.meta.url), { type: 'module' })
  workers.push(worker)
  const reply = new Promise<CacheReply>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<CacheReply>) => resolve(data)
    worker.onerror = (event) => reject(new Error(event.message))
  })
  worker.postMessage({ file, etag: '"v1"', shares: [1, 1], rank: 1, keepOpen: false, ...request })
  const result = await reply
  if (!request.keepOpen) worker.terminate()
  return result
}

/** A terminated worker's handles close a moment later. */
async function forget(): Promise<void> {
  await expect.poll(() => forgetDownloads().then(() => cachedBytes())).toBe(0)
}

beforeEach(forget)
afterEach(async () => {
  for (const worker of workers.splice(0)) worker.terminate()
  await forget()
})

describe('the cache in a real browser', () => {
  it('brings the same bytes again without reading the source', async () => {
    const first = await load()
    const second = await load()
    expect(first.readBytes).toBeGreaterThan(100_000)
    expect(second).toEqual({ readBytes: 0, digest: first.digest, problems: [] })
    expect(await cachedBytes()).toBeGreaterThan(100_000)
  })

  it('serves another slice of what it has, and reads only the rest', async () => {
    const leader = await load({ shares: [1], rank: 0 })
    const half = await load({ shares: [1, 1], rank: 1 })
    expect(half.readBytes).toBe(0)
    await forget()
    expect((await load({ shares: [1, 1], rank: 1 })).digest).toBe(half.digest)
    const again = await load({ shares: [1], rank: 0 })
    expect(again.digest).toBe(leader.digest)
    expect(again.readBytes).toBeLessThan(leader.readBytes)
  })

  it('is empty after forgetting, from the page', async () => {
    await load()
    await forgetDownloads()
    expect(await cachedBytes()).toBe(0)
    expect((await load()).readBytes).toBeGreaterThan(100_000)
  })

  it('reads a changed file anew', async () => {
    await load()
    const before = await cachedBytes()
    expect((await load({ etag: '"v2"' })).readBytes).toBeGreaterThan(100_000)
    expect(await cachedBytes()).toBe(before)
  })

  it('lets a second tab load beside the first, and says why it cannot be forgotten then', async () => {
    const first = await load({ keepOpen: true })
    const second = await load()
    expect(second).toEqual({ ...first, problems: [] })
    await expect(forgetDownloads()).rejects.toThrow(/cannot be removed while a tab of this browser is loading/)
  })

  it('says on the page itself, where files cannot be written, that nothing is kept', async () => {
    const problems: string[] = []
    const source: ByteSource = { ...openFileSource(new Blob(['x']), 'x'), etag: '"v1"', verified: 'digest' }
    const cache = await openWeightCache([source], (problem) => problems.push(problem.message), 'model')
    cache.close()
    expect(problems.join()).toMatch(/keeps no downloads.*in a worker only/)
  })
})
