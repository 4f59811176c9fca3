// One request on the leader from words to words: prompt, generation, and text that streams while it grows.
import { HeadroomError } from '../base/errors.ts'
import { dumpPrompt } from '../engine/dump.ts'
import { beginGeneration, generate } from '../engine/generate.ts'
import type { Leader } from '../engine/leader.ts'
import type { ModelConfig } from '../model/config.ts'
import { createDetokenizer, type Detokenizer } from '../model/detokenizer.ts'
import { parseSamplingOptions } from '../model/sampling-options.ts'
import type { ShardPlan } from '../plan/shard-plan.ts'
import type { InferenceInput, InferRequest, InferResult } from './engine-protocol.ts'
import { type Language, makePrompt, type Prompt } from './prompt.ts'

export interface AnswerContext {
  leader: Leader
  vocabulary: ShardPlan['vocabulary']
  language: Language
  /** What it returns is awaited at the end: a promise where the text goes to another thread. */
  onText(text: string): unknown
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
    async run({ leader, vocabulary, language, onText, signal }) {
      const sampling = parseSamplingOptions(request.sampling)
      prompt ??= begin(leader.rank, language)
      if (request.dump) dump ??= await dumpPrompt(leader, prompt.tokens, signal)
      const { tokenizer } = language
      const stopTokens = ignoreEos || !tokenizer ? new Set<number>() : tokenizer.stopTokens
      let delivery: unknown
      const show = (piece: string) => {
        if (piece === '') return
        text += piece
        delivery = onText(piece)
      }
      const onToken = (token: number) => {
        if (!stopTokens.has(token)) show(detokenizer?.push(token) ?? '')
      }
      const { tokens: promptTokens } = prompt
      const asked = { promptTokens, maxTokens, stopTokens, sampling, vocabulary, startedAt, signal, onToken }
      const generated = await generate(leader, asked, soFar)
      if (generated.stopReason !== 'aborted') show(detokenizer?.flush() ?? '')
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
