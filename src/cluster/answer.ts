// One request on the leader from words to words: prompt, generation, and text that streams while it grows.
import { HeadroomError } from '../base/errors.ts'
import { dumpPrompt } from '../engine/dump.ts'
import { generate } from '../engine/generate.ts'
import type { Leader } from '../engine/leader.ts'
import type { ModelConfig } from '../model/config.ts'
import { createDetokenizer } from '../model/detokenizer.ts'
import { parseSamplingOptions } from '../model/sampling-options.ts'
import type { ShardPlan } from '../plan/shard-plan.ts'
import type { InferenceInput, InferRequest, InferResult } from './engine-protocol.ts'
import { type Language, makePrompt } from './prompt.ts'

export interface AnswerContext {
  leader: Leader
  vocabulary: ShardPlan['vocabulary']
  language: Language
  /** What it returns is awaited at the end: a promise where the text goes to another thread. */
  onText(text: string): unknown
  signal: AbortSignal
}

/** Throws `bad-input`, before any rank has heard of it, for a request that makes no sense; an abort while generating resolves with what there is. */
export async function answer(request: InferRequest, context: AnswerContext): Promise<InferResult> {
  const startedAt = performance.now()
  const { leader, vocabulary, language, onText, signal } = context
  const { maxTokens, ignoreEos } = request
  const { tokenizer } = language
  const { config, shard } = leader.rank
  if (!Number.isInteger(maxTokens) || maxTokens < 0)
    throw new HeadroomError('bad-input', `maxTokens is ${maxTokens}, but must be a whole number, 0 or more.`)
  requireGenerating(config, request.input)
  const sampling = parseSamplingOptions(request.sampling)
  const prompt = makePrompt(language, request.input, { contextLength: shard.contextLength, maxTokens })
  requireKnown(prompt.tokens, config.vocabSize)
  const dump = request.dump ? await dumpPrompt(leader, prompt.tokens, signal) : null
  const stopTokens = ignoreEos || !tokenizer ? new Set<number>() : tokenizer.stopTokens
  const detokenizer = tokenizer && createDetokenizer(tokenizer, { continues: !prompt.templated })
  let text = ''
  let delivery: unknown
  const show = (piece: string) => {
    if (piece === '') return
    text += piece
    delivery = onText(piece)
  }
  const generated = await generate(leader, {
    promptTokens: prompt.tokens,
    maxTokens,
    stopTokens,
    sampling,
    vocabulary,
    startedAt,
    signal,
    onToken: (token) => {
      if (!stopTokens.has(token)) show(detokenizer?.push(token) ?? '')
    },
  })
  show(detokenizer?.flush() ?? '')
  await delivery
  return {
    ...generated,
    promptTokens: prompt.tokens,
    templated: prompt.templated,
    droppedTurns: prompt.droppedTurns,
    text: tokenizer && text,
    dump,
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
