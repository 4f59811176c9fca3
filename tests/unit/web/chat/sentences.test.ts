import { expect, it } from 'vitest'
import { SentenceStream } from '../../../../web/chat/sentences.ts'

function spoken(text: string, language = 'en') {
  const sentences: string[] = []
  const stream = new SentenceStream(language, (sentence) => sentences.push(sentence))
  for (const character of text) stream.append(character)
  const whileStreaming = [...sentences]
  stream.finish()
  return { whileStreaming, sentences }
}

it('gives out a sentence as soon as the next one begins, and the last at the end', () => {
  const { whileStreaming, sentences } = spoken('It is 3.5 metres high. Is it? Yes')
  expect(whileStreaming).toEqual(['It is 3.5 metres high.', 'Is it?'])
  expect(sentences).toEqual(['It is 3.5 metres high.', 'Is it?', 'Yes'])
})

it('leaves out the marks of Markdown', () => {
  expect(spoken('## Why\n\n- **Because** of `x`.\n').sentences).toEqual(['Why', '- Because of x.'])
})

it('knows the ends of sentences in other scripts', () => {
  expect(spoken('これは本です。はい。', 'ja').sentences).toEqual(['これは本です。', 'はい。'])
})

it('does not wait for the end of a text that has none', () => {
  expect(spoken('word '.repeat(200)).whileStreaming.length).toBeGreaterThanOrEqual(2)
})
