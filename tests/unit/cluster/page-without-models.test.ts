// What a page offers where its server has no model, or there is no server: the model that comes with it, read as a plain file.
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { listModels, sourceOf } from '../../../src/cluster/model-catalogue.ts'
import { startServer, temporaryFolder } from '../signaling/running-server.ts'

const id = 'headroom-tiny'
const path = `/models/${id}/${id}.gguf`

/** A host of files alone: no rooms, no list of models. */
async function fileHost(size: number | null): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url !== path || size === null) response.writeHead(404).end()
    else response.writeHead(206, { 'content-range': `bytes 0-0/${size}` }).end('G')
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

test('a host of plain files offers the model beside the page', async () => {
  const url = await fileHost(2_500_000)
  expect(await listModels(url)).toEqual([{ modelId: id, name: id, sizeBytes: 2_500_000, isDefault: true }])
  expect(await sourceOf(id, url, null)).toEqual({
    kind: 'http',
    modelId: id,
    files: [{ path: `${id}.gguf`, url: new URL(path, url).href }],
    token: null,
  })
})

test('an address leads to its file without a server', async () => {
  const address = 'https://elsewhere.example/m.gguf'
  const files = [{ path: 'm.gguf', url: address }]
  const source = await sourceOf(address, await fileHost(null), null)
  expect(source).toEqual({ kind: 'http', modelId: 'm.gguf', files, token: null })
})

test('a host without that file is told as what it is: no server', async () => {
  await expect(listModels(await fileHost(null))).rejects.toMatchObject({ code: 'signaling-down' })
})

test('a server with an empty models’ folder offers the model that comes with the page, in parts and with digests', async () => {
  const webDirectory = await temporaryFolder()
  await mkdir(join(webDirectory, 'models', id), { recursive: true })
  await writeFile(join(webDirectory, 'models', id, `${id}.gguf`), 'GGUF and more')
  await writeFile(join(webDirectory, 'models', id, 'README.md'), 'About it')
  const { origin } = await startServer({ webDirectory, models: { directory: await temporaryFolder() } })
  const url = `${origin}/`
  expect(await listModels(url)).toMatchObject([{ modelId: id, sizeBytes: 13 }])
  expect(await sourceOf(id, url, null)).toEqual({
    kind: 'mirror',
    modelId: id,
    baseUrl: url,
    paths: [`${id}/${id}.gguf`],
  })
  const part = await fetch(`${origin}${path}`, { headers: { range: 'bytes=0-3' } })
  expect([part.status, await part.text()]).toEqual([206, 'GGUF'])
})

test('a model of one’s own comes before the one that comes with the page', async () => {
  const webDirectory = await temporaryFolder()
  await mkdir(join(webDirectory, 'models', id), { recursive: true })
  await writeFile(join(webDirectory, 'models', id, `${id}.gguf`), 'GGUF')
  const directory = await temporaryFolder()
  await writeFile(join(directory, 'own.gguf'), 'GGUF')
  const { origin } = await startServer({ webDirectory, models: { directory } })
  expect((await listModels(`${origin}/`)).map(({ modelId }) => modelId)).toEqual(['own', id])
})
