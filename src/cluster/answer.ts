// One request on the leader from words to words: prompt, generation, and text that streams while it grows.
import { HeadroomError } from '../base/errors.ts'
import { dumpPrompt } from '../engine/dump.ts'
import { beginGeneration, generate } from '../engine/generate.ts'
import type { GeneratedToken } from '../engine/generated-token.ts'
import type { Leader } from '../engine/leader.ts'
import type { ModelConfig } from '../model/config.ts'
import { createDetokenizer, type Detokenizer } from '../model/detokenizer.ts'
import { parseSamplingOptions } from '../model/sampling-options.ts'
import type { ShardPlan } from '../plan/shard-plan.ts'
import type { InferenceInput, InferRequest, InferResult } from './engine-protocol.ts'
import { type Language, makePrompt, type Prompt } from './prompt.ts'
import { type AnswerPiece, type TokenRecord, tokenRecord } from './token-record.ts'

/** Tokens without text that wait for one with text. */
const mostTogether = 16

export interface AnswerContext {
  leader: Leader
  vocabulary: ShardPlan['vocabulary']
  language: Language
  /** The text that came, with the tokens that made it. What it returns is awaited at the end: a promise where it goes to another thread. */
  onPiece(piece: AnswerPiece): unknown
  signal: AbortSignal
}

/** One request on its way, which outlives the plan it began under. */
export interface Answer {
  /**
   * Begins, or goes on where an error or an abort left it, under the leader of another plan: what was said before is prefilled again.
   * Throws `bad-input`, before any rank has heard of it, for a request that makes no sense; an abort while generating resolves with what
   * there is.
   */
  run(context: AnswerContext): Promise<InferResult>
}

export function createAnswer(request: InferRequest): Answer {
  const { maxTokens, ignoreEos, input, continues = false } = request
  const startedAt = performance.now()
  const soFar = beginGeneration({ startedAt })
  let prompt: Prompt | null = null
  let dump: InferResult['dump'] = null
  let detokenizer: Detokenizer | null = null
  let text = ''
  /** That came since the last text. */
  let tokens: TokenRecord[] = []

  const begin = ({ config, shard }: Leader['rank'], language: Language): Prompt => {
    if (!Number.isInteger(maxTokens) || maxTokens < 0)
      throw new HeadroomError('bad-input', `maxTokens is ${maxTokens}, but must be a whole number, 0 or more.`)
    requireGenerating(config, input)
    const made = makePrompt(language, input, { contextLength: shard.contextLength, maxTokens, continues })
    requireKnown(made.tokens, config.vocabSize)
    if (language.tokenizer)
      detokenizer = createDetokenizer(language.tokenizer, { continues: continues || !made.templated })
    return made
  }

  return {
    async run({ leader, vocabulary, language, onPiece, signal }) {
      const sampling = parseSamplingOptions(request.sampling)
      prompt ??= begin(leader.rank, language)
      if (request.dump) dump ??= await dumpPrompt(leader, prompt.tokens, signal)
      const { tokenizer } = language
      const stopTokens = ignoreEos || !tokenizer ? new Set<number>() : tokenizer.stopTokens
      let delivery: unknown
      const show = (piece: string) => {
        text += piece
        delivery = onPiece({ text: piece, tokens })
        tokens = []
      }
      const onToken = (made: GeneratedToken) => {
        const piece = stopTokens.has(made.token) ? '' : (detokenizer?.push(made.token) ?? '')
        tokens.push(tokenRecord(made, piece, tokenizer, leader.rank.shard.epoch))
        if (piece !== '' || tokens.length >= mostTogether) show(piece)
      }
      const { tokens: promptTokens } = prompt
      const asked = { promptTokens, maxTokens, stopTokens, sampling, vocabulary, startedAt, signal, onToken }
      const generated = await generate(leader, asked, soFar)
      const rest = generated.stopReason === 'aborted' ? '' : (detokenizer?.flush() ?? '')
      if (rest !== '' || tokens.length > 0) show(rest)
      await delivery
      return {
        ...generated,
        promptTokens,
        templated: prompt.templated,
        droppedTurns: prompt.droppedTurns,
        text: tokenizer && text,
        dump,
      }
    },
  }
}

function requireGenerating({ causal, family }: ModelConfig, input: InferenceInput): void {
  if (!causal)
    throw new HeadroomError(
      'bad-input',
      `This model is an encoder (${family}): it embeds text and does not chat. Ask it for embeddings, or load a chat model.`,
    )
  if ('tokens' in input && (input.tokenTypes || input.attentionMask))
    throw new HeadroomError(
      'bad-input',
      'Token types and an attention mask are for models that embed text; this one writes it.',
    )
}

function requireKnown(tokens: readonly number[], vocabSize: number): void {
  const unknown = tokens.find((token) => !(Number.isInteger(token) && token >= 0 && token < vocabSize))
  if (unknown === undefined) return
  throw new HeadroomError('bad-input', `Token ${unknown} is not in the vocabulary of ${vocabSize} tokens.`)
}
