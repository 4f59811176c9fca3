import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createDigestStore } from '../../../signaling/digests.ts'
import { createMirror } from '../../../signaling/mirror.ts'
import { createModelShelf } from '../../../signaling/model-shelf.ts'
import { abortError, HeadroomError } from '../../../src/base/errors.ts'
import { range } from '../../../src/base/ranges.ts'
import { type ByteSource, collect, readBytes } from '../../../src/weights/byte-source.ts'
import { openFileSource } from '../../../src/weights/file-source.ts'
import { openHttpSource } from '../../../src/weights/http-source.ts'
import { fetchMirrorIndex } from '../../../src/weights/mirror-protocol.ts'
import { openMirrorSource } from '../../../src/weights/mirror-source.ts'
import { cutSpan, cutStrided } from '../../../src/weights/strided.ts'
import { memorySource } from '../../support/memory-source.ts'
import { type ModelServer, serveModel } from '../../support/model-server.ts'
import { seededRandom } from '../../support/random.ts'

const FILE_BYTES = 5_000_000
const random = seededRandom(3)
const bytes = Uint8Array.from({ length: FILE_BYTES }, () => random() * 256)
const PATH = 'tiny/model.gguf'
const retryDelaysMs = [5, 50, 200]

let server: ModelServer
beforeEach(async () => {
  server = await serveModel(PATH, bytes)
})
afterEach(() => server.close())

async function failure(promise: Promise<unknown>): Promise<HeadroomError> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(HeadroomError)
  return error as HeadroomError
}

const openers: [string, () => Promise<ByteSource>][] = [
  ['a plain Range server', () => openHttpSource(server.url, { retryDelaysMs })],
  ['our mirror', () => openMirrorSource(server.mirrorUrl, PATH, { retryDelaysMs })],
]

describe.each(openers)('%s', (kind, open) => {
  const middle = range(700_001, 4_300_003)
  const expected = bytes.subarray(middle.start, middle.end)

  it('gives exactly the bytes asked, and counts them', async () => {
    const source = await open()
    expect([source.size, source.etag]).toEqual([FILE_BYTES, '"one"'])
    for (const part of [
      middle,
      range(0, FILE_BYTES),
      range(5, 6),
      range(FILE_BYTES - 9, FILE_BYTES),
      range(1 << 20, 2 << 20),
    ]) {
      const before = source.downloadedBytes
      expect(Buffer.compare(await readBytes(source, part), bytes.subarray(part.start, part.end))).toBe(0)
      expect(source.downloadedBytes - before).toBe(part.end - part.start)
    }
  })

  it('goes on after connections that break, and asks no byte twice that came', async () => {
    const source = await open()
    Object.assign(server.faults, { breakAfter: 300_000, breakTimes: 3, unavailableTimes: 1 })
    expect(Buffer.compare(await readBytes(source, middle), expected)).toBe(0)
    // The mirror's requests are of 1 MiB and checked as a whole: what a broken one brought is asked again.
    const again = kind === 'our mirror' ? 3 * 300_000 : 0
    expect(server.sentBytes).toBeLessThanOrEqual(expected.length + again + 1)
  })

  it('ends in clear words when the server is gone', async () => {
    const source = await open()
    await server.close()
    const error = await failure(readBytes(source, middle))
    expect(error.code).toBe('download-failed')
    expect(error.message).toMatch(/Tried 4 times without getting further\. Check that the server is up/)
  })

  it('goes on when the server went down mid-download and comes back', async () => {
    const source = await open()
    const chunks = source.read(middle)[Symbol.asyncIterator]()
    const first = await chunks.next()
    await server.close()
    const restarted = new Promise<void>((resolve, reject) => {
      const restart = async () => {
        server = await serveModel(PATH, bytes, Number(new URL(server.url).port))
      }
      setTimeout(() => restart().then(resolve, reject), 30)
    })
    const got = [first.value as Uint8Array]
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) got.push(next.value)
    await restarted
    expect(Buffer.compare(Buffer.concat(got), expected)).toBe(0)
  })

  it('notices that the file changed', async () => {
    const source = await open()
    server.faults.etag = '"two"'
    expect((await failure(readBytes(source, middle))).message).toMatch(/file changed .* has ETag "two", it was "one"/)
  })

  it('counts a connection that brings nothing as broken', async () => {
    const source = await open()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      server.faults.hang = true
      const reading = readBytes(source, middle)
      await expect.poll(() => server.requests).toContainEqual(expect.stringMatching(/bytes=\d{2,}|first=/))
      server.faults.hang = false
      await vi.advanceTimersByTimeAsync(15_000)
      let done = false
      void reading.finally(() => {
        done = true
      })
      // The pause before the next try is counted by the same clock, and begins when the connection has really ended.
      while (!done) await vi.advanceTimersByTimeAsync(1)
      expect(Buffer.compare(await reading, expected)).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('says that there is no such file', async () => {
    const missing = { 'our mirror': () => openMirrorSource(server.mirrorUrl, 'no.gguf', { retryDelaysMs }) }[kind]
    const error = await failure(missing?.() ?? openHttpSource(`${server.mirrorUrl}no.gguf`, { retryDelaysMs }))
    expect(error.code).toBe('model-not-found')
  })

  it('stops at once when aborted, waiting or reading', async () => {
    const source = await open()
    for (const fault of [{ hang: true }, { hang: false, unavailableTimes: 1000 }]) {
      Object.assign(server.faults, fault)
      const stop = new AbortController()
      const reading = failure(readBytes(source, middle, stop.signal))
      const started = performance.now()
      setTimeout(() => stop.abort(abortError()), 8)
      expect((await reading).code).toBe('aborted')
      // A silent connection would be waited for fifteen seconds.
      expect(performance.now() - started).toBeLessThan(10_000)
    }
  })

  it('gives a strided cut as reading the span and cutting does', async () => {
    const source = await open()
    const cut = { first: 12_345, stride: 9_000, length: 2_000, count: 500 }
    const wanted = Buffer.concat(
      Array.from({ length: cut.count }, (_, i) =>
        bytes.subarray(cut.first + i * cut.stride, cut.first + i * cut.stride + cut.length),
      ),
    )
    const got = source.readStrided?.(cut) ?? cutStrided(source.read(cutSpan(cut)), cut)
    expect(Buffer.compare(await collect(got, cut.length * cut.count), wanted)).toBe(0)
    if (source.readStrided) expect(source.downloadedBytes).toBe(cut.length * cut.count)
  })
})

describe('a plain Range server', () => {
  it('that ignores Range is refused', async () => {
    const source = await openHttpSource(server.url, { retryDelaysMs })
    server.faults.ignoreRange = true
    expect((await failure(readBytes(source, range(5, 10)))).message).toMatch(/ignores Range/)
    expect((await failure(openHttpSource(server.url, { retryDelaysMs }))).message).toMatch(/ignores Range/)
    expect(Buffer.compare(await readBytes(source, range(0, FILE_BYTES)), bytes)).toBe(0)
  })

  it('vouches for length and ETag only', async () => {
    expect((await openHttpSource(server.url)).verified).toBe('length-and-etag')
  })
})

describe('our mirror', () => {
  it('is checked by digests: pieces by the list, anything else by its own', async () => {
    const source = await openMirrorSource(server.mirrorUrl, PATH, { retryDelaysMs })
    expect(source.verified).toBe('digest')
    server.requests.length = 0
    await readBytes(source, range(100, (3 << 20) + 5))
    expect(
      server.requests.filter((request) => request.includes('first=')).map((request) => request.split('?')[1]),
    ).toEqual([
      `first=100&stride=${(1 << 20) - 100}&length=${(1 << 20) - 100}&count=1`,
      `first=${3 << 20}&stride=5&length=5&count=1`,
    ])
    expect(server.requests.filter((request) => request.includes('bytes='))).toHaveLength(2)
  })

  it.each([
    ['a piece', range(1 << 20, 2 << 20)],
    ['a cut', range(5, 5000)],
  ])('is asked again once when %s is damaged, then refused', async (_, part) => {
    const source = await openMirrorSource(server.mirrorUrl, PATH, { retryDelaysMs })
    server.faults.corruptTimes = 1
    expect(Buffer.compare(await readBytes(source, part), bytes.subarray(part.start, part.end))).toBe(0)
    server.faults.corruptTimes = 2
    const error = await failure(readBytes(source, part))
    expect(error.code).toBe('model-corrupt')
    expect(error.message).toMatch(/do not match their SHA-256/)
  })

  it('says so where the browser cannot compute digests', async () => {
    vi.stubGlobal('crypto', {})
    try {
      const source = await openMirrorSource(server.mirrorUrl, PATH, { retryDelaysMs })
      expect(source.verified).toBe('length-and-etag')
      expect(Buffer.compare(await readBytes(source, range(5, 3_000_000)), bytes.subarray(5, 3_000_000))).toBe(0)
    } finally {
      vi.unstubAllGlobals()
    }
  })

  it('that answers something else than its protocol is refused', async () => {
    const answers = (body: string) => {
      vi.stubGlobal('fetch', () => Promise.resolve(new Response(body)))
      return failure(openMirrorSource(server.mirrorUrl, PATH, { retryDelaysMs: [] })).finally(() =>
        vi.unstubAllGlobals(),
      )
    }
    expect((await answers('{"size":-1}')).code).toBe('bad-message')
    const tooFew = { size: 3 << 20, etag: '"x"', pieceBytes: 1 << 20, sha256: ['0'.repeat(64)] }
    expect((await answers(JSON.stringify(tooFew))).message).toMatch(/1 digests where 3145728 bytes need 3/)
    expect((await answers('<html>')).code).toBe('download-failed')
  })

  it('as the signaling server speaks it is understood', async () => {
    const shelf = createModelShelf({ extra: [resolve('tests/fixtures/stories260K.gguf')] })
    const mirror = createMirror(
      shelf,
      createDigestStore('/nonexistent/digests', () => undefined),
    )
    const http = createServer((request, response) => {
      mirror(request, response, new URL(request.url ?? '/', 'http://x')).catch(() => response.destroy())
    })
    await new Promise<void>((started) => http.listen(0, '127.0.0.1', started))
    try {
      const mirrorUrl = `http://127.0.0.1:${(http.address() as AddressInfo).port}/models/`
      const [model] = await fetchMirrorIndex(mirrorUrl)
      const source = await openMirrorSource(mirrorUrl, model!.files[0]!.path)
      const file = openFileSource(new Blob([(await readBytes(source, range(0, source.size))).slice()]), 'copy.gguf')
      const cut = { first: 11_000, stride: 688, length: 96, count: 512 }
      expect(await collect(source.readStrided!(cut), 96 * 512)).toEqual(
        await collect(cutStrided(file.read(cutSpan(cut)), cut), 96 * 512),
      )
    } finally {
      http.close()
    }
  })
})

describe('cutting on arrival', () => {
  it('gives the runs whatever the chunks', async () => {
    const cuts = fc.record({
      first: fc.nat(50),
      stride: fc.integer({ min: 1, max: 40 }),
      count: fc.nat(30),
      part: fc.double({ min: 0.01, max: 1, noNaN: true }),
      chunks: fc.infiniteStream(fc.integer({ min: 1, max: 90 })),
    })
    await fc.assert(
      fc.asyncProperty(cuts, async ({ first, stride, count, part, chunks }) => {
        const cut = { first, stride, count, length: Math.max(1, Math.floor(stride * part)) }
        const { start, end } = cutSpan(cut)
        async function* arriving() {
          for (let at = start; at < end; ) {
            const next = Math.min(end, at + (chunks.next().value ?? 1))
            yield bytes.subarray(at, next)
            at = next
          }
        }
        const wanted = Array.from(
          { length: count * cut.length },
          (_, i) => bytes[first + Math.floor(i / cut.length) * stride + (i % cut.length)],
        )
        expect([...(await collect(cutStrided(arriving(), cut), count * cut.length))]).toEqual(wanted)
      }),
      { seed: 11 },
    )
  })
})

describe('a file of this device', () => {
  it('is read in parts and costs no download', async () => {
    const source = openFileSource(new File([bytes], 'picked.gguf'))
    expect(source).toMatchObject({ name: 'picked.gguf', size: FILE_BYTES, etag: null })
    expect(Buffer.compare(await readBytes(source, range(9, 3_000_000)), bytes.subarray(9, 3_000_000))).toBe(0)
    expect(source.downloadedBytes).toBe(0)
  })
})

describe('collect', () => {
  it('refuses more or fewer bytes than promised', async () => {
    const source = memorySource(bytes.subarray(0, 10))
    await expect(collect(source.read(range(0, 5)), 6)).rejects.toThrow(RangeError)
    await expect(collect(source.read(range(0, 5)), 4)).rejects.toThrow(RangeError)
  })
})
