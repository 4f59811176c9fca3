import { gguf } from '@huggingface/gguf'
import { beforeAll, expect, test } from 'vitest'
import { type Language, makePrompt } from '../../../src/cluster/prompt.ts'
import type { ChatMessage } from '../../../src/model/chat-template.ts'
import { tokenizerFromGguf } from '../../../src/model/gguf-tokenizer.ts'

const template =
  '{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}'

let language: Language
beforeAll(async () => {
  const { metadata } = await gguf('tests/fixtures/stories260K.gguf', { allowLocalFile: true })
  language = { tokenizer: tokenizerFromGguf({ ...metadata }), template }
})

const roomy = { contextLength: 512, maxTokens: 64 }
const question: ChatMessage = { role: 'user', content: 'Who is Lily?' }
const turns = (count: number): ChatMessage[] =>
  Array.from({ length: count }, (_, i): ChatMessage[] => [
    { role: 'user', content: `Tell me story number ${i} of the park.` },
    { role: 'assistant', content: 'Once upon a time, there was a big, red ball.' },
  ]).flat()

test('messages take the template, with BOS once', () => {
  const { tokens, templated, droppedTurns } = makePrompt(language, { messages: [question] }, roomy)
  expect([templated, droppedTurns]).toEqual([true, 0])
  expect(tokens.filter((token) => token === 1)).toEqual([1])
  expect(language.tokenizer?.decode(tokens)).toContain('[user]Who is Lily?[assistant]')
})

test('an answer that is continued ends the prompt, without what the template puts after it', () => {
  const closing = template.replace('{{ m.content }}', '{{ m.content | trim }}</end>')
  const messages: ChatMessage[] = [question, { role: 'assistant', content: 'Lily is a girl who ' }]
  const { tokens, templated } = makePrompt(
    { ...language, template: closing },
    { messages },
    { ...roomy, continues: true },
  )
  expect(templated).toBe(true)
  expect(language.tokenizer?.decode(tokens)).toMatch(/\[user\]Who is Lily\?<\/end>\[assistant\]Lily is a girl who$/)
})

test('only an answer that the template writes as it is can be continued', () => {
  const ask = (messages: ChatMessage[], words = template) =>
    makePrompt({ ...language, template: words }, { messages }, { ...roomy, continues: true })
  const answer: ChatMessage = { role: 'assistant', content: 'Lily' }
  expect(() => ask([question])).toThrow(/no answer to continue/)
  expect(() => ask([question, { ...answer, content: ' ' }])).toThrow(/no answer to continue/)
  expect(() => ask([question, answer], '{% for m in messages %}{{ m.role }}{% endfor %}')).toThrow(
    /cannot be continued/,
  )
})

test('without a template messages are plain text, and the result says so', () => {
  const plain = { ...language, template: null }
  const { tokens, templated } = makePrompt(plain, { messages: [question] }, roomy)
  expect(templated).toBe(false)
  expect(tokens).toEqual(makePrompt(plain, { text: 'Who is Lily?' }, roomy).tokens)
})

test('token ids stay as given and need no tokenizer', () => {
  const none: Language = { tokenizer: null, template: null }
  expect(makePrompt(none, { tokens: [7, 8] }, roomy)).toEqual({ tokens: [7, 8], templated: false, droppedTurns: 0 })
  expect(() => makePrompt(none, { text: 'Hello' }, roomy)).toThrow(/without a tokenizer/)
  expect(() => makePrompt(none, { messages: [question] }, roomy)).toThrow(/without a tokenizer/)
})

test('nothing is no prompt', () => {
  expect(() => makePrompt(language, { tokens: [] }, roomy)).toThrow(/empty/)
  expect(() => makePrompt(language, { messages: [] }, roomy)).toThrow(/no user message/)
})

test('text and tokens may fill the context but for one token, and are never cut', () => {
  const tokens = (length: number) => ({ tokens: new Array<number>(length).fill(5) })
  const room = { contextLength: 64, maxTokens: 1000 }
  expect(makePrompt(language, tokens(63), room).tokens).toHaveLength(63)
  expect(() => makePrompt(language, tokens(64), room)).toThrow(/64 tokens, 1 more than the 63 that fit/)
  expect(makePrompt(language, tokens(64), { ...room, maxTokens: 0 }).tokens).toHaveLength(64)
})

test('old turns make room for the answer, up to a quarter of the context, and are counted', () => {
  const messages = [...turns(12), question]
  const whole = makePrompt(language, { messages }, { contextLength: 4096, maxTokens: 1024 })
  expect(whole.droppedTurns).toBe(0)
  const contextLength = whole.tokens.length + 2
  const short = makePrompt(language, { messages }, { contextLength, maxTokens: 2 })
  expect(short).toEqual(whole)
  const long = makePrompt(language, { messages }, { contextLength, maxTokens: 1024 })
  expect(long.droppedTurns).toBeGreaterThan(0)
  expect(contextLength - long.tokens.length).toBeGreaterThanOrEqual(Math.floor(contextLength / 4))
  const prefill = makePrompt(language, { messages }, { contextLength: whole.tokens.length, maxTokens: 0 })
  expect(prefill).toEqual(whole)
})

test('the newest message may take the answer’s room, all but a token', () => {
  const { length } = makePrompt(language, { messages: [question] }, roomy).tokens
  const tight = makePrompt(
    language,
    { messages: [...turns(3), question] },
    { contextLength: length + 1, maxTokens: 64 },
  )
  expect([tight.tokens.length, tight.droppedTurns]).toEqual([length, 3])
  const messages = [question]
  expect(() => makePrompt(language, { messages }, { contextLength: length, maxTokens: 64 })).toThrow(/too long/)
})
