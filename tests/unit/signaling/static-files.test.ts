import { mkdir, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { parseServerConfig } from '../../../src/net/signaling-protocol.ts'
import { startServer, temporaryFolder } from './running-server.ts'

const page = `<!doctype html><title>Headroom</title>${'<p>room</p>'.repeat(500)}`

async function startWithPage() {
  const webDirectory = await temporaryFolder()
  await mkdir(join(webDirectory, 'assets'))
  await writeFile(join(webDirectory, 'index.html'), page)
  await writeFile(join(webDirectory, 'sw.js'), 'self.addEventListener("fetch", () => {})')
  await writeFile(join(webDirectory, 'assets', 'index-a1b2c3.js'), 'export const one = 1')
  await writeFile(join(webDirectory, 'assets', 'kernels-d4e5f6.wasm'), new Uint8Array(2_000))
  return { ...(await startServer({ webDirectory })), webDirectory }
}

/** `fetch` undoes compression and hides it; this does neither. */
function rawGet(origin: string, path: string, headers: Record<string, string>) {
  return new Promise<{ headers: Record<string, unknown>; body: Buffer; status: number | undefined }>(
    (resolve, reject) => {
      request(`${origin}${path}`, { headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({ headers: response.headers, body: Buffer.concat(chunks), status: response.statusCode }),
        )
      })
        .on('error', reject)
        .end()
    },
  )
}

test('every response, refusals too, isolates the page and lets it talk to its own server alone', async () => {
  const { origin } = await startWithPage()
  for (const path of ['/', '/assets/index-a1b2c3.js', '/config.json', '/models/index.json', '/nothing']) {
    const { headers } = await fetch(`${origin}${path}`)
    expect([path, headers.get('cross-origin-opener-policy')]).toEqual([path, 'same-origin'])
    expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp')
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy.split('; ')).toEqual(expect.arrayContaining(["default-src 'none'", "connect-src 'self'"]))
    expect(policy).not.toMatch(/'unsafe-(inline|eval)'/)
  }
})

test('origins for model files are added to the policy where the server is told of them', async () => {
  const { origin } = await startServer({ connectSources: ['http://127.0.0.1:9999'] })
  const { headers } = await fetch(`${origin}/config.json`)
  expect(headers.get('content-security-policy')).toContain("connect-src 'self' http://127.0.0.1:9999;")
})

test('named-by-content files are cached for good, the page and its service worker are asked for again', async () => {
  const { origin } = await startWithPage()
  const cacheControl = async (path: string) => (await fetch(`${origin}${path}`)).headers.get('cache-control')
  expect(await cacheControl('/assets/index-a1b2c3.js')).toContain('immutable')
  expect(await cacheControl('/')).toBe('no-cache')
  expect(await cacheControl('/index.html')).toBe('no-cache')
  expect(await cacheControl('/sw.js')).toBe('no-cache')
})

test('the same page is not sent twice, a rebuilt one is', async () => {
  const { origin, webDirectory } = await startWithPage()
  const first = await fetch(origin)
  expect(await first.text()).toBe(page)
  const again = { headers: { 'if-none-match': first.headers.get('etag') ?? '' } }
  expect((await fetch(origin, again)).status).toBe(304)
  await writeFile(join(webDirectory, 'index.html'), `${page}new`)
  expect(await (await fetch(origin, again)).text()).toBe(`${page}new`)
})

test('text goes compressed to those who take it, with an ETag of its own', async () => {
  const { origin } = await startWithPage()
  const plain = await rawGet(origin, '/', {})
  const brotli = await rawGet(origin, '/', { 'accept-encoding': 'gzip, deflate, br' })
  const gzip = await rawGet(origin, '/', { 'accept-encoding': 'gzip' })
  expect(plain.headers['content-encoding']).toBeUndefined()
  expect(brotliDecompressSync(brotli.body).toString()).toBe(page)
  expect(gunzipSync(gzip.body).toString()).toBe(page)
  expect(brotli.body.length).toBeLessThan(page.length / 4)
  expect(new Set([plain, brotli, gzip].map(({ headers }) => headers.etag)).size).toBe(3)
  expect(brotli.headers.vary).toBe('accept-encoding')
})

test('scripts, WASM and JSON carry the types that browsers insist on', async () => {
  const { origin } = await startWithPage()
  const type = async (path: string) => (await fetch(`${origin}${path}`)).headers.get('content-type')
  expect(await type('/assets/index-a1b2c3.js')).toMatch('text/javascript')
  expect(await type('/assets/kernels-d4e5f6.wasm')).toBe('application/wasm')
  expect(await type('/')).toMatch('text/html')
})

test('a page that is not built says how to build it', async () => {
  const { origin } = await startServer()
  const response = await fetch(origin)
  expect(response.status).toBe(404)
  expect((await response.json()).error).toContain('npm run build')
})

test('the configuration is what the page’s own schema takes', async () => {
  const { origin } = await startServer({ version: '1.2.3' })
  const config = parseServerConfig(await (await fetch(`${origin}/config.json`)).text())
  expect(config).toEqual({
    version: '1.2.3',
    lanUrls: [],
    iceServers: [],
    defaultModel: null,
    hubUrl: null,
    selfSigned: false,
  })
})
