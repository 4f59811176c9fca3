// Loaded once from a server, then the server is gone: what the device keeps whole is listed and answers alone.
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { listModels, sourceOf } from '../../../src/cluster/model-catalogue.ts'
import { forgetModel } from '../../../src/weights/kept-models.ts'
import { wholeModels } from '../../../src/weights/whole-models.ts'
import { engineRoom } from '../../support/engine-room.ts'
import { serveHub } from '../../support/hub-server.ts'
import { type MemoryStorage, memoryStorage } from '../../support/memory-storage.ts'
import { startServer } from '../signaling/running-server.ts'

let storage: MemoryStorage
vi.mock('../../../src/weights/storage.ts', () => ({ openBrowserStorage: async () => storage }))
beforeEach(() => {
  storage = memoryStorage()
})

const gguf = { path: 'tests/fixtures/stories260K.gguf', id: 'stories260K' }
const checkpoint = { path: 'tests/fixtures/gpt2', id: 'gpt2' }
const question = { input: { tokens: [1, 2, 3] }, maxTokens: 8 }

/** Loads the model from a running server over `shares` and asks it; then the server ends. */
async function loadedOnce({ path, id }: typeof gguf, shares = [1]): Promise<{ url: string; tokens: unknown }> {
  const { server, origin } = await startServer({ models: { extra: [path] } })
  const url = `${origin}/`
  const tokens = await answer(url, id, shares)
  await server.close()
  return { url, tokens }
}

async function answer(url: string, id: string, shares = [1]): Promise<unknown> {
  const room = engineRoom(url, shares, { weights: 'f32' })
  onTestFinished(() => room.close())
  await room.coordinator.loadModel(await sourceOf(id, url, null))
  return (await room.infer(question)).tokens
}

test.each([gguf, checkpoint])('a model that was loaded alone, $id, is listed and answers the same', async (model) => {
  const { url, tokens } = await loadedOnce(model)
  expect(await listModels(url)).toMatchObject([{ modelId: model.id, name: model.id, isDefault: true }])
  expect(await answer(url, model.id)).toEqual(tokens)
})

test('a model of a hub is listed by its name and answers without server and hub', async () => {
  const hub = await serveHub({ 'tests/qwen2': { folder: 'tests/fixtures/qwen2' } })
  const { server, origin } = await startServer({ hub })
  const url = `${origin}/`
  const tokens = await answer(url, 'tests/qwen2')
  await Promise.all([server.close(), hub.close()])
  expect(await listModels(url)).toMatchObject([{ modelId: 'tests/qwen2' }])
  expect(await answer(url, 'tests/qwen2')).toEqual(tokens)
})

test('of a model that was loaded in part, it is said how much is kept and that the server is needed', async () => {
  const { url } = await loadedOnce(gguf, [1, 1])
  await expect(listModels(url)).rejects.toMatchObject({ code: 'signaling-down' })
  await expect(sourceOf(gguf.id, url, null)).rejects.toMatchObject({
    code: 'download-failed',
    message: expect.stringMatching(
      /^Of stories260K this device has kept 1\.\d MB, .* the server at .* does not answer/,
    ),
  })
})

test('where a byte that was kept is damaged, the model and its file are named', async () => {
  const { url } = await loadedOnce(gguf)
  const [, bytes] = [...storage.files].find(([name]) => !name.startsWith('note-'))!
  bytes[Math.floor(bytes.length / 2)]! ^= 16
  await expect(answer(url, gguf.id)).rejects.toThrow(/^Of stories260K, \d+ bytes of stories260K.gguf from \d+ on/)
})

test('a whole model that is deleted leaves nothing, and one whose files are gone is not listed', async () => {
  const { url } = await loadedOnce(gguf)
  const [download] = [...storage.files.keys()].filter((name) => !name.startsWith('note-'))
  const bytes = storage.files.get(download!)!
  await storage.remove(download!)
  expect(await wholeModels(storage)).toEqual([])
  storage.files.set(download!, bytes)
  expect(await wholeModels(storage)).toHaveLength(1)
  await forgetModel(storage, gguf.id)
  expect(storage.files.size).toBe(0)
  await expect(listModels(url)).rejects.toMatchObject({ code: 'signaling-down' })
})
