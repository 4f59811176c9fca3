// What callers of the system ask and get, around the engine's own request and result.
import type { ChatMessage } from '../model/chat-template.ts'
import type { InferenceInput, InferRequest, InferResult } from './engine-protocol.ts'
import type { AnswerFigures } from './session-state.ts'

/** How an answer is made and followed. */
export interface AnswerOptions extends Partial<Omit<InferRequest, 'input' | 'dump'>> {
  onText?: (text: string) => void
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
  /** A chat message, token ids, a conversation, or text as it stands. */
  input: string | readonly number[] | InferenceInput
  /** Ids of the room's members, or that many workers of this tab; left out: everybody in the room. */
  devices?: readonly string[] | { local: number }
  /** Whole logits and hidden states of the prompt too. */
  logits?: boolean
}

export function asInput(input: InferenceRequest['input']): InferenceInput {
  if (typeof input === 'string') return { messages: [{ role: 'user', content: input }] }
  return 'length' in input ? { tokens: input } : input
}

export function answerFigures({ tokens, timings: { timeToFirstTokenMs, stepMs } }: InferResult): AnswerFigures {
  const decodeMs = stepMs.reduce((sum, ms) => sum + ms, 0)
  return {
    timeToFirstTokenMs,
    tokensPerSecond: decodeMs > 0 ? (1000 * stepMs.length) / decodeMs : null,
    tokenCount: tokens.length,
  }
}
