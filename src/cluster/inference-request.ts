// What callers of the system ask and get, around the engine's own request and result.

import { HeadroomError } from '../base/errors.ts'
import type { ChatMessage } from '../model/chat-template.ts'
import type { EncoderInput, Encoding } from './encoding.ts'
import type { InferenceInput, InferRequest, InferResult } from './engine-protocol.ts'
import type { AnswerFigures } from './session-state.ts'
import type { TokenRecord } from './token-record.ts'

/** How an answer is made and followed. */
export interface AnswerOptions extends Partial<Omit<InferRequest, 'input' | 'dump'>> {
  onText?: (text: string) => void
  /** What is known of each token, as they come: in the same order, none left out. */
  onTokens?: (tokens: readonly TokenRecord[]) => void
  signal?: AbortSignal
}

export interface ChatRequest extends AnswerOptions {
  messages: readonly ChatMessage[]
}

export type ChatAnswer = InferResult & { figures: AnswerFigures }

export interface InferenceRequest extends AnswerOptions {
  /** An id of the server's models, a hub's `owner/name`, or the address of a GGUF file. */
  model: string
  /** Opens the hub's gated and private models; kept in memory until the page ends. */
  hubToken?: string
  /** A chat message (for an encoder: a text), token ids, a conversation, or text as it stands. */
  input: string | readonly number[] | InferenceInput
  /** Ids of the room's members, or that many workers of this tab; left out: everybody in the room. */
  devices?: readonly string[] | { local: number }
  /** Whole logits and hidden states of the prompt too; an encoder's hidden states come anyway. */
  logits?: boolean
}

/** What a model that generates, or one that embeds, makes of an input. */
export type InferenceResult = ({ kind: 'generated' } & InferResult) | ({ kind: 'encoded'; text: null } & Encoding)

export function asInput(input: InferenceRequest['input']): InferenceInput {
  if (typeof input === 'string') return { messages: [{ role: 'user', content: input }] }
  return 'length' in input ? { tokens: input } : input
}

/** Throws `bad-input` for a conversation. */
export function asEncoderInput(input: InferenceRequest['input']): EncoderInput {
  if (typeof input === 'string') return { text: input }
  const given = asInput(input)
  if (!('messages' in given)) return given
  throw new HeadroomError(
    'bad-input',
    'This model embeds text and does not chat: give it a text, or load a chat model.',
  )
}

export function answerFigures({ tokens, timings }: InferResult): AnswerFigures {
  const { timeToFirstTokenMs, stepMs, bytes, rounds } = timings
  const decodeMs = stepMs.reduce((sum, ms) => sum + ms, 0)
  const aToken = (count: number) => (stepMs.length > 0 ? count / stepMs.length : null)
  return {
    timeToFirstTokenMs,
    tokensPerSecond: decodeMs > 0 ? (1000 * stepMs.length) / decodeMs : null,
    tokenCount: tokens.length,
    bytesPerToken: aToken(bytes),
    roundsPerToken: aToken(rounds),
  }
}
