import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ByteSource, collect, readBytes } from '../../../src/weights/byte-source.ts'
import { contentEtag } from '../../../src/weights/content-etag.ts'
import { MAX_PIECE_BYTES, MAX_SPAN_BYTES } from '../../../src/weights/peer-protocol.ts'
import { type AskPeer, openPeerSource } from '../../../src/weights/peer-source.ts'
import { servePiece } from '../../../src/weights/serve-piece.ts'
import { cutByteLength, cutStrided } from '../../../src/weights/strided.ts'
import { memorySource } from '../../support/memory-source.ts'

const bytes = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 2654435761) >>> 24)
const file = memorySource(bytes, 'mine.gguf', '"mine"')

/** Asks `files` without a network between. */
function askOf(files: readonly ByteSource[], asked: unknown[] = []): AskPeer {
  return async (request, { byteLength, onBytes, signal }) => {
    asked.push(request)
    const answer = await servePiece(structuredClone(request), files, signal)
    expect(answer.bytes.length).toBe(byteLength)
    onBytes(byteLength)
    return structuredClone(answer)
  }
}

const peerFile = { path: 'mine.gguf', size: bytes.length, etag: '"mine"' }

test('a peer’s file reads as the file does, in runs and in cuts', async () => {
  const source = openPeerSource(peerFile, askOf([memorySource(bytes.slice(0, 9), 'other', '"other"'), file]))
  const cuts = fc
    .record({
      first: fc.nat(1_000_000),
      length: fc.integer({ min: 1, max: 3000 }),
      gap: fc.nat(3000),
      count: fc.nat(300),
    })
    .map(({ first, length, gap, count }) => ({ first, length, stride: length + gap, count: count + 1 }))
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length), fc.nat(2_500_000), cuts, async (start, length, cut) => {
      const end = Math.min(bytes.length, start + length)
      expect(Buffer.compare(await readBytes(source, { start, end }), bytes.subarray(start, end))).toBe(0)
      const byteLength = cutByteLength(cut)
      const direct = await collect(cutStrided(file.read({ start: cut.first, end: bytes.length }), cut), byteLength)
      expect(Buffer.compare(await collect(source.readStrided!(cut), byteLength), direct)).toBe(0)
    }),
    { seed: 3, numRuns: 25 },
  )
  expect(source.downloadedBytes).toBeGreaterThan(0)
})

test('no request is larger than what is answered, however far apart the runs lie', async () => {
  const size = 200 * 2 ** 20
  const empty: ByteSource = {
    ...file,
    size,
    async *read({ start, end }) {
      yield new Uint8Array(end - start)
    },
  }
  const asked: { cut: { length: number; count: number; stride: number } }[] = []
  const source = openPeerSource({ ...peerFile, size }, askOf([empty], asked))
  for (const cut of [
    { first: 0, stride: 2 ** 20, length: 64, count: 150 },
    { first: 5, stride: 3 * 2 ** 20, length: 2.5 * 2 ** 20, count: 3 },
    { first: 5, stride: 40 * 2 ** 20, length: 7, count: 3 },
  ])
    await collect(source.readStrided!(cut), cutByteLength(cut))
  await readBytes(source, { start: 1, end: 5e6 })
  for (const { cut } of asked) {
    expect(cut.length * cut.count).toBeLessThanOrEqual(MAX_PIECE_BYTES)
    expect((cut.count - 1) * cut.stride + cut.length).toBeLessThanOrEqual(MAX_SPAN_BYTES)
  }
  expect(asked.length).toBeLessThan(30)
})

test('a piece with another digest than its own is not used', async () => {
  const falsified: AskPeer = async (request, options) => {
    const { bytes: sent, head } = await askOf([file])(request, options)
    return { head, bytes: sent.map((byte, index) => (index === 77 ? byte ^ 1 : byte)) }
  }
  const source = openPeerSource(peerFile, falsified)
  await expect(readBytes(source, { start: 100, end: 300 })).rejects.toMatchObject({
    code: 'model-corrupt',
    message: expect.stringMatching(/200 bytes from 100 on of mine\.gguf.*Nothing of them was used/),
  })
  const headless = openPeerSource(peerFile, async (_, { byteLength }) => ({
    head: {},
    bytes: bytes.slice(0, byteLength),
  }))
  await expect(readBytes(headless, { start: 0, end: 3 })).rejects.toMatchObject({ code: 'bad-message' })
})

const cut = { first: 0, stride: 8, length: 8, count: 1 }
test.each([
  ['no object', 7, 'bad-message'],
  ['no cut', { etag: '"mine"' }, 'bad-message'],
  ['another file', { etag: '"other"', cut }, 'model-not-found'],
  ['a negative start', { etag: '"mine"', cut: { ...cut, first: -1 } }, 'bad-message'],
  ['half a byte', { etag: '"mine"', cut: { ...cut, first: 0.5 } }, 'bad-message'],
  ['no bytes', { etag: '"mine"', cut: { ...cut, length: 0, stride: 0 } }, 'bad-message'],
  ['runs over one another', { etag: '"mine"', cut: { ...cut, stride: 4, count: 2 } }, 'bad-message'],
  ['past the end', { etag: '"mine"', cut: { ...cut, first: bytes.length - 7 } }, 'bad-message'],
  ['more than a piece', { etag: '"mine"', cut: { ...cut, length: 2 ** 20 + 1, stride: 2 ** 21 } }, 'bad-message'],
  ['a wide span', { etag: '"mine"', cut: { ...cut, stride: 2 ** 25, count: 2 } }, 'bad-message'],
  ['numbers past counting', { etag: '"mine"', cut: { ...cut, first: 2 ** 53 - 2 } }, 'bad-message'],
])('a request for %s is refused before anything is read', async (_, request, code) => {
  const unread: ByteSource = { ...file, read: () => expect.unreachable('nothing is to be read') }
  await expect(servePiece(request, [unread], new AbortController().signal)).rejects.toMatchObject({ code })
})

test('a file whose device did not say what is in it is not opened', () => {
  expect(() => openPeerSource({ ...peerFile, etag: null }, askOf([file]))).toThrow(/Open the file there again/)
})

test('a content ETag is the same for the same bytes and another for any other', async () => {
  const etagOf = (content: Uint8Array) => contentEtag(memorySource(content, 'x.gguf', null))
  const etag = await etagOf(bytes)
  expect(etag).toMatch(/^"sha256-mib-[0-9a-f]{64}"$/)
  expect(await etagOf(bytes.slice())).toBe(etag)
  for (const at of [0, 1_048_575, 1_048_576, bytes.length - 1]) {
    expect(await etagOf(bytes.map((byte, index) => (index === at ? byte ^ 128 : byte)))).not.toBe(etag)
  }
  expect(await etagOf(bytes.slice(0, -1))).not.toBe(etag)
})
