// Token after token: prefill, choose, feed back. Everything it reports is measured here, on the leader.
import { throwIfAborted, toErrorData } from '../base/errors.ts'
import { rangeLength } from '../base/ranges.ts'
import { chooseToken, firstRequest } from '../model/sampler.ts'
import type { HeadRequest, HeadRow, SamplingOptions } from '../model/sampling.ts'
import type { ShardPlan } from '../plan/shard-plan.ts'
import type { Leader } from './leader.ts'
import { prefill } from './prefill.ts'

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
  onToken(token: number): void
  signal: AbortSignal
}

export interface Generated {
  /** With the stop token. */
  tokens: number[]
  stopReason: 'stop' | 'length' | 'aborted'
  timings: GenerateTimings
}

/** Decode figures leave the prefill out: they cover the steps after the first token. */
export interface GenerateTimings {
  timeToFirstTokenMs: number | null
  /** One per token after the first: the time since the token before it. */
  stepMs: number[]
  /** One per collective of those steps. */
  collectiveMs: number[]
  /** Payload and headers sent by all ranks together in those steps. */
  bytes: number
  /** Collectives of those steps that waited for one another. */
  rounds: number
}

/** Generates until a stop token, `maxTokens`, a full context or an abort; an abort resolves with what there is. */
export async function generate(leader: Leader, request: GenerateRequest): Promise<Generated> {
  const { promptTokens, maxTokens, stopTokens, sampling, vocabulary, startedAt, onToken, signal } = request
  const { stats } = leader.rank.collective
  const lengths = vocabulary.map(rangeLength)
  const tokens: number[] = []
  const stepMs: number[] = []
  const collectiveMs: number[] = []
  const limit = Math.min(maxTokens, leader.rank.shard.contextLength - promptTokens.length)
  const requestNext = () => firstRequest(sampling, [...promptTokens, ...tokens])
  let tokenAt = startedAt
  let stopReason: Generated['stopReason'] = 'length'
  let timeToFirstTokenMs: number | null = null
  let before = { bytes: 0, rounds: 0 }

  try {
    let head = requestNext()
    let ranks = (await prefill(leader, promptTokens, head, signal))[0]!
    while (tokens.length < limit) {
      if (tokens.length > 0) {
        throwIfAborted(signal)
        head = requestNext()
        const pastLength = promptTokens.length + tokens.length - 1
        ranks = (await leader.run({ tokens: tokens.slice(-1), pastLength, rows: 'last', head }))[0]!
      }
      const token = await choose(leader, sampling, ranks, head, lengths)
      tokens.push(token)
      const sinceLastMs = performance.now() - tokenAt
      const durationsMs = stats.durationsMs.splice(0)
      tokenAt += sinceLastMs
      if (tokens.length > 1) {
        stepMs.push(sinceLastMs)
        collectiveMs.push(...durationsMs)
      } else {
        timeToFirstTokenMs = sinceLastMs
        before = { bytes: stats.bytesSent + stats.bytesReceived, rounds: stats.rounds }
      }
      onToken(token)
      if (stopTokens.has(token)) {
        stopReason = 'stop'
        break
      }
    }
  } catch (error) {
    if (!signal.aborted || toErrorData(error).code !== 'aborted') throw error
    stopReason = 'aborted'
  }
  const decoded = stepMs.length > 0
  return {
    tokens,
    stopReason,
    timings: {
      timeToFirstTokenMs,
      stepMs,
      collectiveMs,
      bytes: decoded ? stats.bytesSent + stats.bytesReceived - before.bytes : 0,
      rounds: decoded ? stats.rounds - before.rounds : 0,
    },
  }
}

async function choose(
  leader: Leader,
  sampling: SamplingOptions,
  ranks: HeadRow[],
  head: HeadRequest,
  vocabularyLengths: readonly number[],
): Promise<number> {
  for (let [rows, request] = [ranks, head]; ; ) {
    const choice = chooseToken(sampling, rows, request, vocabularyLengths)
    if ('token' in choice) return choice.token
    request = choice.again
    rows = (await leader.again(request))[0]!
  }
}
