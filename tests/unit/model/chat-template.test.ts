import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gguf } from '@huggingface/gguf'
import { expect, it } from 'vitest'
import { type ChatMessage, readChatTemplate, renderChat } from '../../../src/model/chat-template.ts'
import { tokenizerFromGguf } from '../../../src/model/gguf-tokenizer.ts'
import { defaultModelPath } from '../../support/default-model.ts'

const options = { bosText: '<s>', eosText: '</s>', addGenerationPrompt: true }
const hello: ChatMessage[] = [{ role: 'user', content: 'Hello' }]

it("gives the default model's recorded prompt tokens for all 24 prompts", async () => {
  const { metadata } = await gguf(defaultModelPath(), { allowLocalFile: true })
  const tokenizer = tokenizerFromGguf({ ...metadata })
  const template = readChatTemplate({ ...metadata })!
  const path = fileURLToPath(new URL('../../fixtures/smollm2-greedy.json', import.meta.url))
  const cases: { prompt: string; promptTokens: number[] }[] = JSON.parse(await readFile(path, 'utf8'))
  expect(cases).toHaveLength(24)
  for (const { prompt, promptTokens } of cases) {
    const text = renderChat(template, [{ role: 'user', content: prompt }], options)
    expect(tokenizer.encode(text, { addSpecial: true })).toEqual(promptTokens)
  }
})

it('gives the template the tokens, the messages and the generation prompt', () => {
  const template =
    "{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m['content'] | trim }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}"
  const messages: ChatMessage[] = [...hello, { role: 'assistant', content: ' Hi ' }]
  expect(renderChat(template, messages, options)).toBe('<s>[user]Hello</s>[assistant]Hi</s>[assistant]')
  expect(renderChat(template, hello, { ...options, addGenerationPrompt: false })).toBe('<s>[user]Hello</s>')
})

it('picks the default of several templates, else the first', () => {
  const named = [
    { name: 'tool_use', template: 'tools' },
    { name: 'default', template: 'chat' },
  ]
  expect(renderChat(named, hello, options)).toBe('chat')
  expect(renderChat(named.slice(0, 1), hello, options)).toBe('tools')
})

it('knows the date for templates that ask for it', () => {
  expect(renderChat("{{ strftime_now('%Y') }}", hello, options)).toMatch(/^20\d\d$/)
})

it('reports in words what a template refuses or cannot do', () => {
  const refusing = "{{ raise_exception('Roles must alternate user/assistant') }}"
  expect(() => renderChat(refusing, hello, options)).toThrow(
    expect.objectContaining({ code: 'model-format', message: expect.stringContaining('Roles must alternate') }),
  )
  for (const broken of ['{% for m in messages %}', '{{ messages | nonsense }}', '{{ unknown_function() }}']) {
    expect(() => renderChat(broken, hello, options)).toThrow(expect.objectContaining({ code: 'model-format' }))
  }
  expect(() => renderChat([], hello, options)).toThrow(/list of chat templates is empty/)
})

it('finds the template in GGUF metadata and in tokenizer_config.json', () => {
  expect(readChatTemplate({ 'tokenizer.chat_template': 'a' })).toBe('a')
  expect(readChatTemplate({ chat_template: [{ name: 'default', template: 'b' }] })).toEqual([
    { name: 'default', template: 'b' },
  ])
  expect(readChatTemplate({ chat_template: { default: 'c' } })).toEqual([{ name: 'default', template: 'c' }])
  expect(readChatTemplate({ chat_template: null })).toBeNull()
  expect(readChatTemplate({})).toBeNull()
})

it.each([[7], [[]], [[{ name: 'x' }]]])('refuses the template %o', (template) => {
  expect(() => readChatTemplate({ chat_template: template })).toThrow(/"chat_template/)
})
