// From what somebody wrote to the tokens the model sees.
import { HeadroomError } from '../base/errors.ts'
import { type ChatMessage, type ChatTemplate, renderChat } from '../model/chat-template.ts'
import { fitConversation } from '../model/conversation.ts'
import type { Tokenizer } from '../model/tokenizer.ts'
import type { InferenceInput } from './engine-protocol.ts'

/** A model's words: absent where its files bring none. */
export interface Language {
  tokenizer: Tokenizer | null
  template: ChatTemplate | null
}

export interface Prompt {
  tokens: number[]
  /** Was the chat template applied? */
  templated: boolean
  /** Oldest turns left out because the context is full. */
  droppedTurns: number
}

export interface PromptRoom {
  contextLength: number
  /** Of the answer, at most. */
  maxTokens: number
  /** The prompt ends within the last message, which is the assistant's. */
  continues?: boolean
}

/**
 * The first token of an answer always fits. Old turns make room for the whole answer, up to a quarter of the context. Throws `bad-input`
 * for an empty prompt, one that does not fit, text for a model without tokenizer, or nothing to continue.
 */
export function makePrompt(
  { tokenizer, template }: Language,
  input: InferenceInput,
  { contextLength, maxTokens, continues = false }: PromptRoom,
): Prompt {
  const maxPromptTokens = contextLength - Math.min(maxTokens, 1)
  const wishedTokens = contextLength - Math.min(maxTokens, Math.max(1, Math.floor(contextLength / 4)))
  if ('tokens' in input)
    return fitting({ tokens: [...input.tokens], templated: false, droppedTurns: 0 }, maxPromptTokens)
  if (!tokenizer)
    throw new HeadroomError(
      'bad-input',
      'This model came without a tokenizer, so it takes token ids only. Add its tokenizer.json.',
    )
  if ('text' in input) {
    const tokens = tokenizer.encode(input.text, { addSpecial: true })
    return fitting({ tokens, templated: false, droppedTurns: 0 }, maxPromptTokens)
  }
  if (continues) requireAnswer(input.messages)
  const encode = template
    ? (messages: readonly ChatMessage[]) =>
        tokenizer.encode(render(tokenizer, template, messages, continues), { addSpecial: false })
    : (messages: readonly ChatMessage[]) =>
        tokenizer.encode(messages.map(({ content }) => content).join('\n'), { addSpecial: true })
  return fitting(
    { ...fitConversation(input.messages, encode, maxPromptTokens, wishedTokens), templated: template !== null },
    maxPromptTokens,
  )
}

function render(
  tokenizer: Tokenizer,
  template: ChatTemplate,
  messages: readonly ChatMessage[],
  continues: boolean,
): string {
  const text = (token: number | null) => (token === null ? '' : tokenizer.tokenText(token))
  const bosAndEos = { bosText: text(tokenizer.bosToken), eosText: text(tokenizer.eosToken) }
  const rendered = renderChat(template, messages, { ...bosAndEos, addGenerationPrompt: !continues })
  return continues ? untilEndOf(messages.at(-1)!.content.trim(), rendered) : rendered
}

/** Templates close a message with words of their own, and may trim it: `rendered` is cut after the message itself. */
function untilEndOf(content: string, rendered: string): string {
  const start = rendered.lastIndexOf(content)
  if (start !== -1) return rendered.slice(0, start + content.length)
  throw new HeadroomError(
    'bad-input',
    'The model’s chat template does not write the last answer as it is, so it cannot be continued. Ask for another answer.',
  )
}

function requireAnswer(messages: readonly ChatMessage[]): void {
  const last = messages.at(-1)
  if (last?.role === 'assistant' && last.content.trim() !== '') return
  throw new HeadroomError('bad-input', 'There is no answer to continue: the last message is not the assistant’s.')
}

function fitting(prompt: Prompt, maxPromptTokens: number): Prompt {
  const { length } = prompt.tokens
  if (length === 0) throw new HeadroomError('bad-input', 'The prompt is empty. Write something to answer.')
  if (length > maxPromptTokens)
    throw new HeadroomError(
      'bad-input',
      `The prompt has ${length} tokens, ${length - maxPromptTokens} more than the ${maxPromptTokens} that fit. Shorten it.`,
    )
  return prompt
}
