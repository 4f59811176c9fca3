// A hub on this machine that answers as the real one was seen to; nothing here reaches the internet.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { listHubModels, searchHub } from '../../../src/weights/hub-search.ts'
import { type HubServer, serveHub } from '../../support/hub-server.ts'

let hub: HubServer
beforeAll(async () => {
  hub = await serveHub({
    'small/stories-GGUF': {
      folder: 'tests/fixtures',
      paths: ['stories260K.gguf', 'gguf-types/types.gguf'],
      downloads: 12_400,
      tags: ['gguf', 'license:mit'],
    },
    'small/stories': { folder: 'tests/fixtures/llama-gqa', downloads: 90, tags: ['safetensors', 'llama'] },
    'small/stories-pictures': { folder: 'tests/fixtures/llama-gqa', downloads: 99_999, tags: ['onnx'] },
    'locked/stories': { folder: 'tests/fixtures/llama-gqa', gated: 'manual', tags: ['safetensors'] },
  })
})
afterAll(() => hub.close())

it('finds repositories by words, the most downloaded first, and leaves out what has no weights that are read here', async () => {
  expect(await searchHub(hub.url, 'Stories', null)).toEqual([
    { repository: 'small/stories-GGUF', downloads: 12_400, license: 'mit', gated: false },
    { repository: 'small/stories', downloads: 90, license: null, gated: false },
    { repository: 'locked/stories', downloads: 0, license: null, gated: true },
  ])
  expect(await searchHub(hub.url, 'nothing like it', null)).toEqual([])
})

it('lists a repository’s models with the bytes of their weights', async () => {
  const { license, models } = await listHubModels(hub.url, 'small/stories-GGUF', null)
  expect(license).toBe('mit')
  expect(models.map(({ name, sizeBytes }) => [name, sizeBytes])).toContainEqual([
    'small/stories-GGUF/stories260K.gguf',
    1_185_280,
  ])
  const [checkpoint] = (await listHubModels(hub.url, 'small/stories', null)).models
  expect(checkpoint).toMatchObject({ name: 'small/stories', file: null, readable: true })
  expect(checkpoint!.sizeBytes).toBeGreaterThan(10_000)
})

it('says of a gated repository that it needs a token, and lists it with one', async () => {
  await expect(listHubModels(hub.url, 'locked/stories', null)).rejects.toMatchObject({ code: 'token-needed' })
  expect((await listHubModels(hub.url, 'locked/stories', 'hf_right')).models).toHaveLength(1)
  await expect(searchHub(hub.url, 'stories', 'not a token')).rejects.toMatchObject({ code: 'token-needed' })
})
