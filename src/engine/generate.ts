// Token after token: prefill, choose, feed back. Everything it reports is measured here, on the leader.
import { throwIfAborted, toErrorData } from '../base/errors.ts'
import { rangeLength } from '../base/ranges.ts'
import { chooseToken, firstRequest } from '../model/sampler.ts'
import type { HeadRequest, HeadRow, SamplingOptions } from '../model/sampling.ts'
import type { ShardPlan } from '../plan/shard-plan.ts'
import { type Choice, type GeneratedToken, generatedToken } from './generated-token.ts'
import type { Leader } from './leader.ts'
import { prefill } from './prefill.ts'
import { rankTimes } from './step-times.ts'

export interface GenerateRequest {
  /** At least one token. */
  promptTokens: readonly number[]
  /** 0: prefill only. */
  maxTokens: number
  stopTokens: ReadonlySet<number>
  sampling: SamplingOptions
  vocabulary: ShardPlan['vocabulary']
  /** When the prompt was sent, by `performance.now()`. */
  startedAt: number
  /** Called as soon as a token is known, stop token included. */
  onToken(made: GeneratedToken): void
  signal: AbortSignal
}

export interface Generated {
  /** With the stop token. */
  tokens: number[]
  stopReason: 'stop' | 'length' | 'aborted'
  timings: GenerateTimings
}

/** Decode figures leave prefills out: they cover the steps after the first token. */
export interface GenerateTimings {
  timeToFirstTokenMs: number | null
  /** One per token after the first: the time since the token before it, with all that came between. */
  stepMs: number[]
  /** One per collective of those steps. */
  collectiveMs: number[]
  /** Payload and headers sent by all ranks together in those steps. */
  bytes: number
  /** Collectives of those steps that waited for one another. */
  rounds: number
}

/** What a generation has come to; one that broke off goes on from there. */
export interface GenerationSoFar {
  tokens: number[]
  timings: GenerateTimings
  /** When the last token came, or the prompt was sent. */
  tokenAt: number
}

export function beginGeneration({ startedAt }: Pick<GenerateRequest, 'startedAt'>): GenerationSoFar {
  const timings = { timeToFirstTokenMs: null, stepMs: [], collectiveMs: [], bytes: 0, rounds: 0 }
  return { tokens: [], timings, tokenAt: startedAt }
}

/**
 * Generates until a stop token, `maxTokens`, a full context or an abort; an abort resolves with what there is. Whatever ends it, `soFar`
 * is as far as it has come: given to another leader, the prompt and the tokens that there are get prefilled, and it goes on as if
 * nothing had happened, since every choice depends on the tokens before it alone.
 */
export async function generate(
  leader: Leader,
  request: GenerateRequest,
  soFar = beginGeneration(request),
): Promise<Generated> {
  const { promptTokens, maxTokens, stopTokens, sampling, vocabulary, onToken, signal } = request
  const { stats } = leader.rank.collective
  const { tokens, timings } = soFar
  const lengths = vocabulary.map(rangeLength)
  const limit = Math.min(maxTokens, leader.rank.shard.contextLength - promptTokens.length)
  const history = [...promptTokens, ...tokens]
  const isStopped = () => tokens.length > 0 && stopTokens.has(tokens.at(-1)!)
  const before = tokens.length
  let stopReason: Generated['stopReason'] = 'length'
  let counted = { bytes: stats.bytesSent + stats.bytesReceived, rounds: stats.rounds }

  try {
    if (before > 0 && (isStopped() || before >= limit))
      return { tokens, stopReason: isStopped() ? 'stop' : 'length', timings }
    let head = firstRequest(sampling, history)
    let ranks = (await prefill(leader, history, head, signal))[0]!
    while (tokens.length < limit) {
      if (tokens.length > before) {
        throwIfAborted(signal)
        head = firstRequest(sampling, history)
        const pastLength = history.length - 1
        ranks = (await leader.run({ tokens: history.slice(-1), pastLength, rows: 'last', head }))[0]!
      }
      const choice = await choose(leader, sampling, ranks, head, lengths)
      tokens.push(choice.chosen.token)
      history.push(choice.chosen.token)
      const sinceLastMs = performance.now() - soFar.tokenAt
      soFar.tokenAt += sinceLastMs
      const durationsMs = stats.durationsMs.splice(0)
      if (timings.timeToFirstTokenMs === null) timings.timeToFirstTokenMs = sinceLastMs
      else timings.stepMs.push(sinceLastMs)
      const bytes = stats.bytesSent + stats.bytesReceived
      const own = { bytes: bytes - counted.bytes, rounds: stats.rounds - counted.rounds }
      counted = { bytes, rounds: stats.rounds }
      const isDecoded = tokens.length - before > 1
      if (isDecoded) {
        timings.collectiveMs.push(...durationsMs)
        timings.bytes += own.bytes
        timings.rounds += own.rounds
      }
      const { span, told } = leader
      const stepMs = isDecoded ? sinceLastMs : performance.now() - span.beganMs
      const read = isDecoded ? null : span.tokens
      onToken(generatedToken(choice, { stepMs, promptTokens: read, ...own, ranks: rankTimes(stepMs, told) }))
      if (isStopped()) {
        stopReason = 'stop'
        break
      }
    }
  } catch (error) {
    if (!signal.aborted || toErrorData(error).code !== 'aborted') throw error
    stopReason = 'aborted'
  }
  return { tokens, stopReason, timings }
}

async function choose(
  leader: Leader,
  sampling: SamplingOptions,
  ranks: HeadRow[],
  head: HeadRequest,
  vocabularyLengths: readonly number[],
): Promise<Choice> {
  for (let [rows, request] = [ranks, head]; ; ) {
    const choice = chooseToken(sampling, rows, request, vocabularyLengths)
    if ('token' in choice) return { chosen: choice, ranks: rows }
    request = choice.again
    rows = (await leader.again(request))[0]!
  }
}
