// A GGUF model in three files, wherever it comes from, is the model of the one file.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createModelShelf, modelIdAt } from '../../../signaling/model-shelf.ts'
import { sourceOf } from '../../../src/cluster/model-catalogue.ts'
import { engineRoom, type ServedModel, serveModelAt } from '../../support/engine-room.ts'
import { splitGguf } from '../../support/split-gguf.ts'

const NAMES = [1, 2, 3].map((number) => `stories-0000${number}-of-00003.gguf`)

let folder: string
let parts: Uint8Array[]
let served: ServedModel
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headroom-'))
  parts = await splitGguf('tests/fixtures/stories260K.gguf', [16, 16, 16])
  for (const [index, name] of NAMES.entries()) await writeFile(join(folder, name), parts[index]!)
  served = await serveModelAt(join(folder, NAMES[1]!), NAMES)
})
afterAll(async () => {
  await served.close()
  await rm(folder, { recursive: true, force: true })
})

test.each<[string, () => Parameters<typeof sourceOf>[0]]>([
  ['the mirror, where one part was named', () => 'stories'],
  ['the address of its first part', () => `${served.baseUrl}models/${NAMES[0]}?download=true`],
  ['files picked in any order', () => [2, 0, 1].map((index) => new File([parts[index]! as BlobPart], NAMES[index]!))],
])('it answers as the whole file does, from %s', async (_, model) => {
  const source = await sourceOf(model(), served.baseUrl, null)
  const room = engineRoom(served.baseUrl, [2, 1], { weights: 'f32' })
  try {
    await room.coordinator.loadModel(source)
    const { text } = await room.infer({ input: { text: 'Once upon a time' }, maxTokens: 12 })
    expect(text).toBe(', there was a little girl named Lily. She')
  } finally {
    room.close()
  }
})

test('one of its files alone is refused with the names of the others', async () => {
  const source = await sourceOf([new File([parts[0]! as BlobPart], NAMES[0]!)], served.baseUrl, null)
  const room = engineRoom(served.baseUrl, [1])
  try {
    await expect(room.coordinator.loadModel(source)).rejects.toThrow(`missing: ${NAMES[1]}, ${NAMES[2]}`)
  } finally {
    room.close()
  }
})

test('a folder of models lists its parts as one, apart from another number of parts', async () => {
  const models = join(folder, 'models')
  await mkdir(models)
  const names = [...NAMES, 'tales-00001-of-00001.gguf.part', 'tales-00001-of-00002.gguf', 'tales-00002-of-00002.gguf']
  for (const name of [...names, 'verses.gguf', 'stories-00009-of-00009.gguf']) await writeFile(join(models, name), '')
  const listed = await createModelShelf({ extra: [models] }).list()
  expect(listed.map(({ id, files }) => [id, files.map(({ path }) => path)])).toEqual([
    ['stories', NAMES.map((name) => `models/${name}`)],
    ['tales', [names[4], names[5]].map((name) => `models/${name}`)],
    ['verses', ['models/verses.gguf']],
  ])
  const known = [{ id: 'known', name: 'Known', location: 'stories.gguf' }]
  expect(await modelIdAt(join(folder, NAMES[2]!), known)).toBe('known')
})
