import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { abortError } from '../../../src/base/errors.ts'
import { range } from '../../../src/base/ranges.ts'
import { type ShardTensor, tensorKey } from '../../../src/model/tensor.ts'
import { type ByteSource, readBytes } from '../../../src/weights/byte-source.ts'
import { convertRows, type WeightWish } from '../../../src/weights/convert.ts'
import { residentFormats, weightsLabel } from '../../../src/weights/formats.ts'
import { openHttpSource } from '../../../src/weights/http-source.ts'
import { type LoadProgress, loadShard } from '../../../src/weights/loader.ts'
import { type ModelManifest, manifestTensor, parseManifest } from '../../../src/weights/manifest.ts'
import { openMirrorSource } from '../../../src/weights/mirror-source.ts'
import { openGguf, openSafetensors } from '../../../src/weights/model-file.ts'
import { collectWeights } from '../../support/collected-weights.ts'
import { defaultModelPath } from '../../support/default-model.ts'
import { diskSource, memorySource } from '../../support/memory-source.ts'
import { type ModelServer, serveModel } from '../../support/model-server.ts'
import { tensorsOfShares } from '../../support/shard-of-shares.ts'

const STORIES = 'tests/fixtures/stories260K.gguf'
const retryDelaysMs = [5, 10, 20]
let server: ModelServer | null = null
afterEach(async () => {
  await server?.close()
  server = null
})

async function load(manifest: ModelManifest, sources: readonly ByteSource[], tensors: readonly ShardTensor[]) {
  const loader = collectWeights(tensors)
  const { downloadedBytes } = await loadShard({ manifest, tensors, sources, cache: null, loader })
  return { slices: loader.finish(), downloadedBytes, largestPieceBytes: loader.largestPieceBytes }
}

/** The slice by the plainest way: whole tensor, whole rows converted, rows and columns picked out. */
async function expectedSlice(manifest: ModelManifest, sources: readonly ByteSource[], tensor: ShardTensor) {
  const { source, type, columns, offset, byteLength } = manifestTensor(manifest, tensor)
  const bytes = await readBytes(sources[source]!, range(offset, offset + byteLength))
  const rowCount = manifestTensor(manifest, tensor).rows
  const whole = convertRows({ type, rowCount, columns, bytes }, range(0, columns), tensor.format)
  const rowBytes = whole.length / rowCount
  const valueBytes = rowBytes / columns
  const rows: Uint8Array[] = []
  for (let row = tensor.rows.start; row < tensor.rows.end; row++) {
    rows.push(
      whole.subarray(
        row * rowBytes + tensor.columns.start * valueBytes,
        row * rowBytes + tensor.columns.end * valueBytes,
      ),
    )
  }
  return Buffer.concat(rows)
}

async function expectExact(manifest: ModelManifest, sources: readonly ByteSource[], tensors: readonly ShardTensor[]) {
  const { slices } = await load(manifest, sources, tensors)
  expect(slices.size).toBe(tensors.length)
  for (const tensor of tensors) {
    const slice = slices.get(tensorKey(tensor))!
    const expected = await expectedSlice(manifest, sources, tensor)
    expect(Buffer.compare(slice, expected), tensorKey(tensor)).toBe(0)
  }
}

/** The same tensors, every other one in a second file. */
function splitSafetensors(bytes: Uint8Array): ByteSource[] {
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const { __metadata__, ...entries } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)))
  const tensors = Object.entries(entries as Record<string, { data_offsets: [number, number] }>)
  return [0, 1].map((part) => {
    const header: Record<string, unknown> = {}
    const data: Uint8Array[] = []
    let at = 0
    for (const [name, entry] of tensors.filter((_, index) => index % 2 === part)) {
      const [start, end] = entry.data_offsets
      data.push(bytes.subarray(8 + headerLength + start, 8 + headerLength + end))
      header[name] = { ...entry, data_offsets: [at, at + end - start] }
      at += end - start
    }
    const text = new TextEncoder().encode(JSON.stringify(header))
    const length = new Uint8Array(new BigUint64Array([BigInt(text.length)]).buffer)
    return memorySource(Buffer.concat([length, text, ...data]), `part${part}.safetensors`)
  })
}

describe('a shard', () => {
  it('has exactly its rows and columns for any split of stories260K and any format', async () => {
    const source = diskSource(STORIES)
    const { manifest } = await openGguf(source, 'stories')
    const splits = fc.record({
      shares: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 11 }),
      wish: fc.constantFrom<WeightWish>('auto', 'f32', 'f16', 'int8', 'int4'),
    })
    await fc.assert(
      fc.asyncProperty(splits, async ({ shares, wish }) => {
        for (const tensors of tensorsOfShares(manifest, shares, wish)) await expectExact(manifest, [source], tensors)
      }),
      { seed: 5, numRuns: 12 },
    )
  })

  it('has exactly its rows and columns of the default model, native and in floats', async () => {
    const source = diskSource(defaultModelPath())
    const { manifest } = await openGguf(source, 'smollm2')
    for (const [shares, wish] of [
      [[2, 1, 1], 'auto'],
      [[1, 1, 1, 1], 'f16'],
    ] as const) {
      const ranks = tensorsOfShares(manifest, shares, wish)
      const sampled = ranks.at(-1)!.filter(({ layer }) => layer === null || layer === 7 || layer === 29)
      await expectExact(manifest, [source], sampled)
    }
  })

  it('has exactly its rows and columns of safetensors in F32 and BF16', async () => {
    for (const name of ['llama-gqa', 'llama-nine-heads']) {
      const config: unknown = JSON.parse(readFileSync(`tests/fixtures/${name}/config.json`, 'utf8'))
      const source = diskSource(`tests/fixtures/${name}/model.safetensors`)
      const { manifest } = await openSafetensors({ config, files: [source] }, name)
      for (const tensors of tensorsOfShares(manifest, [3, 2, 1], 'auto')) await expectExact(manifest, [source], tensors)
    }
  })

  it('has exactly its rows and columns when the tensors lie in two files', async () => {
    const config: unknown = JSON.parse(readFileSync('tests/fixtures/llama-gqa/config.json', 'utf8'))
    const sources = splitSafetensors(readFileSync('tests/fixtures/llama-gqa/model.safetensors'))
    const { manifest } = await openSafetensors({ config, files: sources }, 'two files')
    expect(new Set(Object.values(manifest.tensors).map(({ source }) => source))).toEqual(new Set([0, 1]))
    expect(parseManifest(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest)
    for (const tensors of tensorsOfShares(manifest, [2, 1], 'f16')) await expectExact(manifest, sources, tensors)
  })

  it('that asks for rows or columns that a tensor does not have is refused', async () => {
    const source = diskSource(STORIES)
    const { manifest } = await openGguf(source, 'stories')
    const [tensor] = tensorsOfShares(manifest, [1], 'auto')[0]!.filter(({ role }) => role === 'down')
    for (const wrong of [{ rows: range(60, 65) }, { columns: range(100, 173) }]) {
      await expect(load(manifest, [source], [{ ...tensor!, ...wrong }])).rejects.toThrow(
        /down\.0 were asked for, which is \[64, 172\]/,
      )
    }
  })

  it('cuts inside the blocks of the file when it is held in floats', async () => {
    const source = diskSource(defaultModelPath())
    const { manifest } = await openGguf(source, 'smollm2')
    const [tensor] = tensorsOfShares(manifest, [1], 'f32')[0]!.filter(
      ({ role, layer }) => role === 'down' && layer === 3,
    )
    await expectExact(manifest, [source], [{ ...tensor!, columns: range(5, 1499) }])
  })
})

describe('what comes over the network', () => {
  it('is the slice and no more from our mirror', async () => {
    server = await serveModel('stories.gguf', readFileSync(STORIES))
    const source = await openMirrorSource(server.mirrorUrl, 'stories.gguf', { retryDelaysMs })
    const { manifest } = await openGguf(source, 'stories')
    for (const tensors of tensorsOfShares(manifest, [2, 1, 1], 'auto')) {
      const sentBefore = server.sentBytes
      const { downloadedBytes, slices } = await load(manifest, [source], tensors)
      const sliceBytes = [...slices.values()].reduce((sum, { length }) => sum + length, 0)
      expect(downloadedBytes).toBe(server.sentBytes - sentBefore)
      expect(downloadedBytes).toBeGreaterThanOrEqual(sliceBytes)
      expect(downloadedBytes).toBeLessThan(sliceBytes + 1000)
    }
  })

  it.each([
    [[1, 1], 1.25],
    [[1, 1, 1], 1.25],
  ] as const)(
    'is for tabs %j of the default model together at most %f files from our mirror',
    async (shares, limit) => {
      const file = readFileSync(defaultModelPath())
      server = await serveModel('smollm2.gguf', file)
      for (const rank of shares.keys()) {
        const source = await openMirrorSource(server.mirrorUrl, 'smollm2.gguf', { retryDelaysMs })
        // Only the leader reads the header.
        const { manifest } = await openGguf(
          rank === 0 ? source : diskSource(defaultModelPath(), source.etag),
          'smollm2',
        )
        const tensors = tensorsOfShares(manifest, shares, 'auto')[rank]!
        const loader = collectWeights(tensors)
        await loadShard({ manifest, tensors, sources: [source], cache: null, loader })
        loader.finish()
        expect(loader.largestPieceBytes).toBeLessThanOrEqual(1 << 20)
      }
      expect(server.sentBytes / file.length).toBeLessThan(limit)
    },
    120_000,
  )

  it('is the slice and the column tensors from a plain Range server', async () => {
    const file = readFileSync(defaultModelPath())
    server = await serveModel('smollm2.gguf', file)
    for (const rank of [0, 1]) {
      const source = await openHttpSource(server.url, { retryDelaysMs })
      const { manifest } = await openGguf(rank === 0 ? source : diskSource(defaultModelPath(), source.etag), 'smollm2')
      await load(manifest, [source], tensorsOfShares(manifest, [1, 1], 'auto')[rank]!)
    }
    expect(server.sentBytes / file.length).toBeLessThan(1.5)
  })

  it('is nearly one piece for the leader alone', async () => {
    server = await serveModel('stories.gguf', readFileSync(STORIES))
    const source = await openHttpSource(server.url, { retryDelaysMs })
    const { manifest } = await openGguf(source, 'stories')
    server.requests.length = 0
    await load(manifest, [source], tensorsOfShares(manifest, [1], 'auto')[0]!)
    expect(server.requests.length).toBeLessThanOrEqual(2)
  })

  it('is whole after connections that break, and reported as it comes', async () => {
    server = await serveModel('stories.gguf', readFileSync(STORIES))
    const source = await openMirrorSource(server.mirrorUrl, 'stories.gguf', { retryDelaysMs })
    const { manifest } = await openGguf(diskSource(STORIES, source.etag), 'stories')
    const tensors = tensorsOfShares(manifest, [1, 1], 'auto')[1]!
    Object.assign(server.faults, { breakAfter: 500, breakTimes: 4 })
    const loader = collectWeights(tensors)
    const seen: LoadProgress[] = []
    const onProgress = (progress: LoadProgress) => void seen.push(progress)
    await loadShard({ manifest, tensors, sources: [source], cache: null, loader, onProgress })
    for (const tensor of tensors) {
      const expected = await expectedSlice(manifest, [diskSource(STORIES)], tensor)
      expect(Buffer.compare(loader.finish().get(tensorKey(tensor))!, expected)).toBe(0)
    }
    expect(seen.every(({ loadedBytes }, i) => i === 0 || loadedBytes > seen[i - 1]!.loadedBytes)).toBe(true)
    expect(seen.at(-1)!.loadedBytes).toBe(seen.at(-1)!.totalBytes)
    expect(seen.at(-1)!.downloadedBytes).toBe(source.downloadedBytes)
  })
})

describe('loading', () => {
  it('stops at once when aborted, and when the executor refuses', async () => {
    server = await serveModel('stories.gguf', readFileSync(STORIES))
    const source = await openMirrorSource(server.mirrorUrl, 'stories.gguf', { retryDelaysMs })
    const { manifest } = await openGguf(source, 'stories')
    const tensors = tensorsOfShares(manifest, [1], 'auto')[0]!
    server.faults.hang = true
    const stop = new AbortController()
    const loading = loadShard({
      manifest,
      tensors,
      sources: [source],
      cache: null,
      loader: collectWeights(tensors),
      signal: stop.signal,
    })
    setTimeout(() => stop.abort(abortError()), 20)
    await expect(loading).rejects.toMatchObject({ code: 'aborted' })
    server.faults.hang = false
    const loader = { write: () => Promise.reject(new Error('no room')) }
    await expect(loadShard({ manifest, tensors, sources: [source], cache: null, loader })).rejects.toThrow('no room')
  })

  it('refuses another file than the manifest was made from', async () => {
    const { manifest } = await openGguf(diskSource(STORIES, '"old"'), 'stories')
    const load = (source: ByteSource) =>
      loadShard({ manifest, tensors: [], sources: [source], cache: null, loader: collectWeights([]) })
    await expect(load(diskSource(STORIES, '"new"'))).rejects.toThrow(/not the file that the leader opened/)
    await expect(load(diskSource('tests/fixtures/gguf-types/types.gguf'))).rejects.toThrow(/1185280 bytes/)
  })
})

describe('formats', () => {
  it('are the native ones, or the wish with floats where rows are no whole blocks', async () => {
    const { manifest } = await openGguf(diskSource(STORIES), 'stories')
    expect(residentFormats(manifest, 'int8')).toMatchObject({ 'query.0': 'int8', 'down.0': 'f32', 'ffnNorm.0': 'f32' })
    expect(weightsLabel(manifest, 'auto')).toBe('native:F32')
    expect(weightsLabel(manifest, 'int8')).toBe('int8+f32')
    const { manifest: smollm } = await openGguf(diskSource(defaultModelPath()), 'smollm2')
    expect(residentFormats(smollm, 'auto')).toMatchObject({
      tokenEmbedding: 'int8',
      'query.0': 'int4',
      'attentionNorm.0': 'f32',
    })
    expect(weightsLabel(smollm, 'auto')).toBe('native:Q4_1+Q8_0')
    expect(weightsLabel(smollm, 'f32')).toBe('f32')
  })
})
