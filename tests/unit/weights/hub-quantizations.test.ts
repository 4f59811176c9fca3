import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { listHubModels } from '../../../src/weights/hub-search.ts'

/** A repository with these files, as the hub's API tells of one. */
async function repositoryOf(files: Readonly<Record<string, number>>): Promise<string> {
  const server = createServer((_, response) => {
    const siblings = Object.entries(files).map(([rfilename, size]) => ({ rfilename, size, blobId: 'f'.repeat(40) }))
    response.end(JSON.stringify({ id: 'a/b', sha: 'a'.repeat(40), gated: false, private: false, tags: [], siblings }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

test('quantizations are read from names, smallest first; parts are one model, and what cannot be read is said', async () => {
  const url = await repositoryOf({
    'README.md': 900,
    'Model-Q8_0.gguf': 800,
    'Model-Q4_K_M.gguf': 400,
    'Model-IQ2_XXS.gguf': 200,
    'Model.f16-00001-of-00002.gguf': 900,
    'Model.f16-00002-of-00002.gguf': 700,
    'mmproj-Model-f16.gguf': 50,
    'unnamed.gguf': 1000,
  })
  const { models } = await listHubModels(url, 'a/b', null)
  expect(
    models.map(({ file, sizeBytes, quantization, readable }) => [file, sizeBytes, quantization, readable]),
  ).toEqual([
    ['Model-IQ2_XXS.gguf', 200, 'IQ2_XXS', false],
    ['Model-Q4_K_M.gguf', 400, 'Q4_K_M', true],
    ['Model-Q8_0.gguf', 800, 'Q8_0', true],
    ['unnamed.gguf', 1000, null, true],
    ['Model.f16-00001-of-00002.gguf', 1600, 'F16', true],
  ])
})
