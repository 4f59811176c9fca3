// A conversation as the model's own template writes it. Templates are Jinja, read from GGUF (`tokenizer.chat_template`) or from
// tokenizer_config.json (`chat_template`); @huggingface/jinja brings `raise_exception` and `strftime_now`.
import { Template } from '@huggingface/jinja'
import * as v from 'valibot'
import { ModelFormatError } from '../base/errors.ts'
import { parseFields } from './parse-fields.ts'

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant'
  content: string
}

/** One template, or several by name of which `default` is for chats. JSON-safe. */
export type ChatTemplate = string | readonly { readonly name: string; readonly template: string }[]

export interface ChatOptions {
  /** Text of the token that begins a sequence; '' where the model has none. */
  bosText: string
  eosText: string
  /** Ends with the words that begin the assistant's answer. */
  addGenerationPrompt: boolean
}

const templateField = v.union(
  [
    v.string(),
    v.pipe(v.array(v.object({ name: v.string(), template: v.string() })), v.minLength(1)),
    v.pipe(
      v.record(v.string(), v.string()),
      v.check((named) => Object.keys(named).length > 0),
      v.transform((named) => Object.entries(named).map(([name, template]) => ({ name, template }))),
    ),
  ],
  'a template or a list of { name, template }',
)

/** The template in GGUF metadata or in a `tokenizer_config.json`; null where there is none. Throws `model-format`. */
export function readChatTemplate(source: Readonly<Record<string, unknown>>): ChatTemplate | null {
  const key = 'tokenizer.chat_template' in source ? 'tokenizer.chat_template' : 'chat_template'
  if (source[key] == null) return null
  return parseFields(v.object({ [key]: templateField }), source, 'Tokenizer')[key] ?? null
}

/** Throws `model-format` with the template's own words where it refuses the conversation or cannot be read. */
export function renderChat(template: ChatTemplate, messages: readonly ChatMessage[], options: ChatOptions): string {
  try {
    return new Template(chatSource(template)).render({
      messages: messages.map(({ role, content }) => ({ role, content })),
      bos_token: options.bosText,
      eos_token: options.eosText,
      add_generation_prompt: options.addGenerationPrompt,
    })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ModelFormatError(`The model's chat template cannot write this conversation: ${reason}`, 'model-format', {
      cause: error,
    })
  }
}

function chatSource(template: ChatTemplate): string {
  if (typeof template === 'string') return template
  const chosen = template.find(({ name }) => name === 'default') ?? template[0]
  if (chosen === undefined) throw new ModelFormatError('The list of chat templates is empty.')
  return chosen.template
}
