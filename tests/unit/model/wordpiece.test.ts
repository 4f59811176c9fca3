// all-MiniLM-L6-v2's own tokenizer.json (Apache-2.0) against the ids of Hugging Face's own tokenizers.
import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { tokenizerFromHuggingFace } from '../../../src/model/hugging-face-tokenizer.ts'

const json = async (path: string): Promise<unknown> => JSON.parse(await readFile(`tests/fixtures/${path}`, 'utf8'))

it('gives the ids of Hugging Face’s tokenizers for every WordPiece vector', async () => {
  const tokenizer = tokenizerFromHuggingFace({
    tokenizerJson: await json('minilm/tokenizer.json'),
    tokenizerConfig: await json('minilm/tokenizer_config.json'),
  })
  const vectors = (await json('tokenizers/minilm-wordpiece.json')) as { text: string; ids: number[] }[]
  expect(vectors.length).toBeGreaterThan(20)
  for (const { text, ids } of vectors)
    expect(tokenizer.encode(text, { addSpecial: true }), JSON.stringify(text)).toEqual(ids)
})
