// One encoding on the leader from words to vectors: tokens, one step, pooling, and what stands behind a mask.
import { HeadroomError, throwIfAborted } from '../base/errors.ts'
import { type EncoderText, encode, encodeLogits } from '../engine/encode.ts'
import type { Leader } from '../engine/leader.ts'
import { likeliestRequest, likeliestTokens } from '../model/likeliest-tokens.ts'
import { pool } from '../model/pooling.ts'
import type { SentenceOptions } from '../model/sentence-options.ts'
import type { Tokenizer } from '../model/tokenizer.ts'
import { encoderText } from './encoder-text.ts'
import type { EncodeRequest, Encoding, MaskCandidate } from './encoding.ts'

export interface EncodeContext {
  leader: Leader
  tokenizer: Tokenizer | null
  /** null for a model that generates text. */
  sentence: SentenceOptions | null
  signal: AbortSignal
}

const mostCandidates = 1000

/** In the order of the inputs. Throws `bad-input`, before any rank has heard of the text, for what makes no sense to this model. */
export async function encodeTexts(request: EncodeRequest, context: EncodeContext): Promise<Encoding[]> {
  const { leader, tokenizer, sentence, signal } = context
  const { config, shard } = leader.rank
  const { inputs, maskCandidates } = request
  if (!sentence)
    throw new HeadroomError(
      'bad-input',
      `This model (${config.architecture}) writes text and embeds none. Chat with it.`,
    )
  const isFilling = maskCandidates > 0
  if (isFilling && config.head !== 'masked-language')
    throw new HeadroomError('bad-input', 'This model has no masked-language head, so it guesses no masked words.')
  if (!Number.isInteger(maskCandidates) || maskCandidates < 0 || maskCandidates > mostCandidates)
    throw new HeadroomError('bad-input', `${maskCandidates} candidates make no sense: ask for 1 to ${mostCandidates}.`)
  const limits = { contextLength: shard.contextLength, tokenTypeCount: config.embedding.tokenTypeCount }
  const prepare = (input: EncodeRequest['inputs'][number]) =>
    encoderText(input, { ...limits, tokenizer, sentence: isFilling ? null : sentence })
  const texts = inputs.map(prepare)
  const places = isFilling ? texts.map(({ tokens }) => maskedPlace(tokens, tokenizer)) : []

  const encodings: Encoding[] = []
  for (const [index, { truncatedTokens, ...text }] of texts.entries()) {
    throwIfAborted(signal)
    const place = places[index]
    const measured = await measuring(leader, () =>
      encode(leader, text, place === undefined ? null : { rows: [place], head: likeliestRequest(maskCandidates) }),
    )
    const { hidden, heads } = measured.result
    const [ranks] = heads
    encodings.push({
      tokens: [...text.tokens],
      attentionMask: [...text.mask],
      truncatedTokens,
      embedding: pool(hidden, text.mask, sentence.pooling),
      hidden: request.hidden ? hidden : null,
      logits: request.logits ? await logitsOf(leader, text, signal) : null,
      candidates: ranks && tokenizer ? likeliestTokens(ranks, maskCandidates).map(withText(tokenizer)) : null,
      timings: measured.timings,
    })
  }
  return encodings
}

async function logitsOf(leader: Leader, text: EncoderText, signal: AbortSignal): Promise<Float32Array | null> {
  return leader.rank.config.head === 'none' ? null : encodeLogits(leader, text, signal)
}

async function measuring<Result>(
  { rank: { collective } }: Leader,
  work: () => Promise<Result>,
): Promise<{ result: Result; timings: Encoding['timings'] }> {
  const { stats } = collective
  stats.durationsMs.splice(0)
  const bytesBefore = stats.bytesSent + stats.bytesReceived
  const roundsBefore = stats.rounds
  const startMs = performance.now()
  const result = await work()
  return {
    result,
    timings: {
      encodeMs: performance.now() - startMs,
      collectiveMs: stats.durationsMs.splice(0),
      bytes: stats.bytesSent + stats.bytesReceived - bytesBefore,
      rounds: stats.rounds - roundsBefore,
    },
  }
}

/** The one mask of a text. */
function maskedPlace(tokens: readonly number[], tokenizer: Tokenizer | null): number {
  const maskToken = tokenizer?.maskToken ?? null
  if (!tokenizer || maskToken === null)
    throw new HeadroomError(
      'bad-input',
      'This model came without a tokenizer that knows a mask. Add its tokenizer.json.',
    )
  const count = tokens.filter((token) => token === maskToken).length
  if (count === 1) return tokens.indexOf(maskToken)
  const mask = tokenizer.tokenText(maskToken)
  throw new HeadroomError(
    'bad-input',
    `The text has ${count === 0 ? 'no' : count} ${mask}. Write ${mask} once, where the word to guess stands.`,
  )
}

/** Alone, without the space before a word; the rest of a word keeps the mark that the vocabulary gives it. */
function withText(tokenizer: Tokenizer) {
  return ({ token, probability }: { token: number; probability: number }): MaskCandidate => {
    const piece = tokenizer.tokenText(token)
    const isSpecial = tokenizer.tokenBytes(token).length === 0
    const text = isSpecial || piece.startsWith('##') ? piece : tokenizer.decode([token]).trim()
    return { token, text, probability }
  }
}
