import { readFileSync } from 'node:fs'
import { beforeEach, expect, it } from 'vitest'
import { range } from '../../../src/base/ranges.ts'
import { readBytes } from '../../../src/weights/byte-source.ts'
import { readGgufHeader } from '../../../src/weights/gguf-header.ts'
import { keptSource } from '../../../src/weights/kept-source.ts'
import { openWeightCache } from '../../../src/weights/weight-cache.ts'
import { memorySource } from '../../support/memory-source.ts'
import { type MemoryStorage, memoryStorage } from '../../support/memory-storage.ts'

const file = new Uint8Array(readFileSync('tests/fixtures/stories260K.gguf'))
let storage: MemoryStorage

beforeEach(() => {
  storage = memoryStorage()
})

/** Another visit of the page: a new source, the same storage. */
async function visit(etag: string | null = '"v1"') {
  const source = memorySource(file, 'stories.gguf', etag)
  const cache = await openWeightCache([source], () => undefined, 'model', storage)
  return { source, cache, kept: keptSource(source, cache, 0) }
}

it('reads a header once and has it at the next visit', async () => {
  const first = await visit()
  const { tensors } = await readGgufHeader(first.kept)
  expect(first.source.downloadedBytes).toBe(64 << 10)
  first.cache.close()
  const second = await visit()
  expect((await readGgufHeader(second.kept)).tensors).toEqual(tensors)
  expect(second.source.downloadedBytes).toBe(0)
})

it('fetches only what lies beyond what it has, and gives the bytes of the file', async () => {
  const { kept, source } = await visit()
  await readBytes(kept, range(1000, 2000))
  const bytes = await readBytes(kept, range(500, 2500))
  expect(Buffer.compare(bytes, file.subarray(500, 2500))).toBe(0)
  expect(source.downloadedBytes).toBe(2000)
  expect(await readBytes(kept, range(7, 7))).toHaveLength(0)
})

it('fetches again what storage damaged, and what a new version of the file has', async () => {
  const first = await visit()
  await readBytes(first.kept, range(0, 1000))
  first.cache.close()
  for (const bytes of storage.files.values()) bytes[500]! ^= 1
  const second = await visit()
  expect(Buffer.compare(await readBytes(second.kept, range(0, 1000)), file.subarray(0, 1000))).toBe(0)
  expect(second.source.downloadedBytes).toBe(1000)
  second.cache.close()
  const third = await visit('"v2"')
  await readBytes(third.kept, range(0, 1000))
  expect(third.source.downloadedBytes).toBe(1000)
})
