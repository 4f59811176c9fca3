import { createHash } from 'node:crypto'
import { mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SentBytes } from '../../../signaling/sent-bytes.ts'
import { startServer, temporaryFolder } from './running-server.ts'

const fileBytes = 2 * 1024 * 1024 + 777
/** A fixed content in which no two places look alike. */
const content = Buffer.from(
  Uint32Array.from({ length: Math.ceil(fileBytes / 4) }, (_, i) => Math.imul(i, 2654435761)).buffer,
).subarray(0, fileBytes)
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

async function startMirror() {
  const directory = await temporaryFolder()
  await writeFile(join(directory, 'tiny.gguf'), content)
  await writeFile(join(directory, 'secret.txt'), 'not a model')
  await mkdir(join(directory, 'checkpoint'))
  for (const name of ['config.json', 'model.safetensors', '.hidden.json', 'run.sh'])
    await writeFile(join(directory, 'checkpoint', name), name)
  for (const folder of ['1_Pooling', 'onnx']) {
    await mkdir(join(directory, 'checkpoint', folder))
    await writeFile(join(directory, 'checkpoint', folder, 'config.json'), '{}')
  }
  await mkdir(join(directory, 'no-model'))
  await writeFile(join(directory, 'no-model', 'adapter.safetensors'), '')
  const sent: SentBytes[] = []
  const started = await startServer({
    models: { directory, knownModels: [{ id: 'tiny-model', name: 'Tiny', location: 'tiny.gguf' }] },
    defaultModel: 'tiny-model',
    onBytes: (bytes) => sent.push(bytes),
  })
  return { ...started, directory, sent, file: `${started.origin}/models/tiny.gguf` }
}

const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer())

test('the index lists GGUF files and checkpoint folders, with hashes once they are known', async () => {
  const { origin, file } = await startMirror()
  const index = await (await fetch(`${origin}/models/index.json`)).json()
  expect(index.models.map(({ id, name }: { id: string; name: string }) => [id, name])).toEqual([
    ['checkpoint', 'checkpoint'],
    ['tiny-model', 'Tiny'],
  ])
  expect(index.models[0].files.map(({ path }: { path: string }) => path)).toEqual([
    'checkpoint/config.json',
    'checkpoint/model.safetensors',
    'checkpoint/1_Pooling/config.json',
  ])
  expect(await (await fetch(`${origin}/models/checkpoint/1_Pooling/config.json`)).text()).toBe('{}')
  expect((await fetch(`${origin}/models/checkpoint/onnx/config.json`)).status).toBe(404)
  const { etag } = index.models[1].files[0]
  expect(index.models[1].files[0]).toEqual({ path: 'tiny.gguf', size: fileBytes, sha256: null, etag })
  await fetch(`${file}?digests`)
  const later = await (await fetch(`${origin}/models/index.json`)).json()
  expect(later.models[1].files[0].sha256).toBe(sha256(content))
  expect((await fetch(`${origin}/config.json`).then((response) => response.json())).defaultModel).toBe('tiny-model')
})

test('a file comes whole with a strong ETag, and not again while it is the same', async () => {
  const { file } = await startMirror()
  const response = await fetch(file)
  const etag = response.headers.get('etag') ?? ''
  expect(etag).toMatch(/^"[^"]+"$/)
  expect(response.headers.get('accept-ranges')).toBe('bytes')
  expect((await bytesOf(response)).equals(content)).toBe(true)
  expect((await fetch(file, { headers: { 'if-none-match': etag } })).status).toBe(304)
  const head = await fetch(file, { method: 'HEAD' })
  expect(head.headers.get('content-length')).toBe(String(fileBytes))
  expect(head.headers.get('etag')).toBe(etag)
})

test.each([
  ['bytes=0-0', 0, 1],
  ['bytes=1048570-1048585', 1048570, 1048586],
  [`bytes=${fileBytes - 5}-`, fileBytes - 5, fileBytes],
  ['bytes=-7', fileBytes - 7, fileBytes],
  [`bytes=-${fileBytes * 2}`, 0, fileBytes],
  [`bytes=100-${fileBytes * 2}`, 100, fileBytes],
])('%s brings exactly that range', async (range, start, end) => {
  const { file } = await startMirror()
  const response = await fetch(file, { headers: { range } })
  expect(response.status).toBe(206)
  expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/${fileBytes}`)
  expect((await bytesOf(response)).equals(content.subarray(start, end))).toBe(true)
})

test('a range outside the file is 416 with its size; what is no single range brings the whole', async () => {
  const { file } = await startMirror()
  for (const range of [`bytes=${fileBytes}-`, `bytes=${fileBytes + 5}-${fileBytes + 9}`, 'bytes=-0']) {
    const response = await fetch(file, { headers: { range } })
    expect([range, response.status, response.headers.get('content-range')]).toEqual([
      range,
      416,
      `bytes */${fileBytes}`,
    ])
  }
  for (const range of ['bytes=5-4', 'bytes=-', 'rows=0-1', 'bytes=0-1,5-6', 'bytes=a-b']) {
    const response = await fetch(file, { headers: { range } })
    await response.body?.cancel()
    expect([range, response.status]).toEqual([range, 200])
  }
})

test('a resumed download gets the rest only while the file is the one it began with', async () => {
  const { file, directory } = await startMirror()
  const etag = (await fetch(file, { method: 'HEAD' })).headers.get('etag') ?? ''
  const resume = { headers: { range: 'bytes=1000000-', 'if-range': etag } }
  expect((await bytesOf(await fetch(file, resume))).equals(content.subarray(1_000_000))).toBe(true)
  await utimes(join(directory, 'tiny.gguf'), 1, 1)
  const changed = await fetch(file, resume)
  expect(changed.status).toBe(200)
  expect(changed.headers.get('etag')).not.toBe(etag)
  expect((await bytesOf(changed)).length).toBe(fileBytes)
})

test('a strided cut is its runs one after another, under the digest sent ahead', async () => {
  const { file } = await startMirror()
  const cuts = fc
    .record({
      first: fc.nat(5_000),
      length: fc.integer({ min: 1, max: 3_000 }),
      gap: fc.nat(2_000_000),
      count: fc.integer({ min: 1, max: 300 }),
    })
    .map(({ first, length, gap, count }) => {
      const stride = length + (gap % 3 === 0 ? gap : gap % 4_000)
      return { first, stride, length, count: Math.min(count, 1 + Math.floor((fileBytes - first - length) / stride)) }
    })
  await fc.assert(
    fc.asyncProperty(cuts, async ({ first, stride, length, count }) => {
      const response = await fetch(`${file}?first=${first}&stride=${stride}&length=${length}&count=${count}`)
      const body = await bytesOf(response)
      const runs = Array.from({ length: count }, (_, i) =>
        content.subarray(first + i * stride, first + i * stride + length),
      )
      expect(response.status).toBe(200)
      expect(body.equals(Buffer.concat(runs))).toBe(true)
      const digest = createHash('sha256').update(body).digest('base64')
      expect(response.headers.get('headroom-digest')).toBe(`sha-256=${digest}`)
    }),
    { seed: 7, numRuns: 60 },
  )
})

test('a cut to the last byte is served, one byte further is not', async () => {
  const { file } = await startMirror()
  const last = await fetch(`${file}?first=${fileBytes - 30}&stride=20&length=10&count=2`)
  expect((await bytesOf(last)).equals(Buffer.concat([content.subarray(-30, -20), content.subarray(-10)]))).toBe(true)
  expect((await fetch(`${file}?first=${fileBytes - 29}&stride=20&length=10&count=2`)).status).toBe(400)
})

test.each([
  ['first=0&stride=10&length=5', 400],
  ['first=-1&stride=10&length=5&count=2', 400],
  ['first=0.5&stride=10&length=5&count=2', 400],
  ['first=0&stride=10&length=1e3&count=2', 400],
  ['first=0&stride=10&length=0&count=2', 400],
  ['first=0&stride=10&length=5&count=0', 400],
  ['first=0&stride=4&length=5&count=2', 400],
  ['first=0&stride=10&length=5&count=99999999999999999999', 400],
  ['first=0&first=1&stride=10&length=5&count=2', 400],
  [`first=0&stride=1&length=1&count=${fileBytes + 1}`, 400],
])('the cut %s is refused in words', async (query, status) => {
  const { file } = await startMirror()
  const response = await fetch(`${file}?${query}`)
  expect(response.status).toBe(status)
  expect((await response.json()).error).toEqual(expect.any(String))
})

test('a cut above 16 MiB is refused before anything is read', async () => {
  const { origin, directory } = await startMirror()
  await writeFile(join(directory, 'large.gguf'), Buffer.alloc(17 * 1024 * 1024))
  const cut = (count: number) => fetch(`${origin}/models/large.gguf?first=0&stride=1024&length=1024&count=${count}`)
  expect((await cut(16 * 1024 + 1)).status).toBe(413)
  expect((await bytesOf(await cut(16 * 1024))).length).toBe(16 * 1024 * 1024)
})

test('digests hold for every mebibyte, are kept on disk, and are made anew for a changed file', async () => {
  const { file, directory, folder } = await startMirror()
  const digests = await (await fetch(`${file}?digests`)).json()
  const etag = (await fetch(file, { method: 'HEAD' })).headers.get('etag')
  const pieces = [0, 1, 2].map((i) => sha256(content.subarray(i * 1048576, (i + 1) * 1048576)))
  expect(digests).toEqual({ size: fileBytes, etag, pieceBytes: 1048576, sha256: pieces })

  const [kept = ''] = await readdir(join(folder, 'digests'))
  const path = join(folder, 'digests', kept)
  await writeFile(path, JSON.stringify({ etag, file: 'from disk', pieces: ['from disk'] }))
  const second = await startServer({ models: { directory }, cacheDirectory: join(folder, 'digests') })
  const read = async () => (await (await fetch(`${second.origin}/models/tiny.gguf?digests`)).json()).sha256
  expect(await read()).toEqual(['from disk'])

  await writeFile(join(directory, 'tiny.gguf'), content.subarray(0, 10))
  expect(await read()).toEqual([sha256(content.subarray(0, 10))])
  await writeFile(path, 'broken')
  const third = await startServer({ models: { directory }, cacheDirectory: join(folder, 'digests') })
  const afresh = await (await fetch(`${third.origin}/models/tiny.gguf?digests`)).json()
  expect(afresh.sha256).toEqual([sha256(content.subarray(0, 10))])
})

test('digests are served, with a word in the log, where they cannot be kept', async () => {
  const { directory } = await startMirror()
  const { origin, logged } = await startServer({ models: { directory }, cacheDirectory: join(directory, 'secret.txt') })
  const digests = await fetch(`${origin}/models/tiny.gguf?digests`)
  expect([digests.status, logged]).toEqual([200, [expect.stringContaining('Cannot keep the digests')]])
})

test.each([
  '/models/secret.txt',
  '/models/../package.json',
  '/models/..%2f..%2f..%2fetc%2fpasswd',
  '/models/%2e%2e/%2e%2e/etc/passwd',
  '/models//etc/passwd',
  '/models/..%5c..%5cetc%5cpasswd',
  '/models/checkpoint/.hidden.json',
  '/models/checkpoint/run.sh',
  '/models/checkpoint',
  '/models/tiny.gguf%00',
  '/models/',
  '/../../../../etc/passwd',
  '/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
  '/..%2f..%2f..%2f..%2fetc%2fpasswd',
])('%s leads nowhere', async (path) => {
  const { port } = await startMirror()
  const status = await new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
  expect(status).toBe(404)
})

test('broken percent-encoding is 400, another method 405', async () => {
  const { origin, file } = await startMirror()
  expect((await fetch(`${origin}/models/%ff`)).status).toBe(400)
  expect((await fetch(`${origin}/%ff`)).status).toBe(400)
  expect((await fetch(file, { method: 'DELETE' })).status).toBe(405)
})

test('the byte log holds the body bytes of each response, by path and with the request’s headers', async () => {
  const { file, sent } = await startMirror()
  await bytesOf(await fetch(file, { headers: { range: 'bytes=10-109', 'x-tab': 'one' } }))
  await bytesOf(await fetch(`${file}?first=0&stride=8&length=4&count=25`))
  await bytesOf(await fetch(file))
  await fetch(file, { method: 'HEAD' })
  await expect.poll(() => sent.length).toBe(4)
  expect(sent.map(({ bytes, status }) => [bytes, status])).toEqual([
    [100, 206],
    [100, 200],
    [fileBytes, 200],
    [0, 200],
  ])
  expect(sent[0]).toMatchObject({
    pathname: '/models/tiny.gguf',
    url: '/models/tiny.gguf',
    headers: { 'x-tab': 'one' },
  })
  expect(sent[1]?.url).toBe('/models/tiny.gguf?first=0&stride=8&length=4&count=25')
})

test('a client that goes away mid-download leaves the server serving, and counts only what was handed over', async () => {
  const { directory, origin, sent, logged } = await startMirror()
  await writeFile(join(directory, 'large.gguf'), Buffer.alloc(60_000_000))
  const abort = new AbortController()
  const response = await fetch(`${origin}/models/large.gguf`, { signal: abort.signal })
  await response.body?.getReader().read()
  abort.abort()
  await expect.poll(() => sent.length).toBe(1)
  expect(sent[0]?.bytes).toBeLessThan(60_000_000)
  expect((await fetch(`${origin}/models/index.json`)).status).toBe(200)
  expect(logged).toEqual([])
})

test('a file named on its own is served beside the folder, also through a link', async () => {
  const { directory } = await startMirror()
  const elsewhere = await temporaryFolder()
  await symlink(join(directory, 'tiny.gguf'), join(elsewhere, 'linked.gguf'))
  const { origin } = await startServer({ models: { extra: [join(elsewhere, 'linked.gguf')] } })
  expect((await bytesOf(await fetch(`${origin}/models/linked.gguf`))).equals(content)).toBe(true)
  expect((await fetch(`${origin}/models/tiny.gguf`)).status).toBe(404)
})
