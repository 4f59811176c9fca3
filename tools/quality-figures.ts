// Compares a room's logits with transformers' along a forced answer. The comparison runs in the leader's page, where the logits are.
import { type BrowserRoom, call } from './browser-room.ts'
import type { ForcedPrompt } from './forced-prompts.ts'

export interface ForcedResult {
  /** Per answer token: was it the room's best too? */
  agrees: boolean[]
  /** Absolute errors of the five best logits of each step. */
  topErrors: number[]
  /** Leads of the tokens that the room overturned. */
  flippedLeads: number[]
}

export interface QualityFigures {
  tokens: number
  agreement: number
  meanTopError: number
  largestFlippedLead: number
}

/** The bar for quantized activations and the default wire. */
export const qualityBar = { agreement: 0.966, meanTopError: 0.2, largestFlippedLead: 0.8 }

export function meetsBar({ agreement, meanTopError, largestFlippedLead }: QualityFigures): boolean {
  return (
    agreement >= qualityBar.agreement &&
    meanTopError <= qualityBar.meanTopError &&
    largestFlippedLead <= qualityBar.largestFlippedLead
  )
}

/** Forces one answer after the other through the room. */
export async function measureQuality(
  room: BrowserRoom,
  prompts: readonly ForcedPrompt[],
  onCompared: (done: number, prompt: ForcedPrompt, soFar: QualityFigures) => void = () => undefined,
): Promise<QualityFigures> {
  const results: ForcedResult[] = []
  for (const prompt of prompts) {
    results.push(await compareForced(room, prompt))
    onCompared(results.length, prompt, summarize(results))
  }
  return summarize(results)
}

export async function compareForced({ pages, modelId }: BrowserRoom, forced: ForcedPrompt): Promise<ForcedResult> {
  const [leader] = pages
  if (!leader) throw new Error('A room has at least its leader.')
  const compare = () =>
    leader.evaluate(
      async ({ model, prompt }) => {
        const { promptTokens, tokens, margins, top } = prompt
        const input = [...promptTokens, ...tokens.slice(0, -1)]
        const result = await globalThis.headroom!.processInference({ model, input, maxTokens: 0, logits: true })
        const dump = result.kind === 'generated' ? result.dump : null
        const vocabSize = dump!.logits.length / input.length
        const agrees: boolean[] = []
        const topErrors: number[] = []
        const flippedLeads: number[] = []
        for (const [index, token] of tokens.entries()) {
          const row = promptTokens.length - 1 + index
          const logits = dump!.logits.subarray(row * vocabSize, (row + 1) * vocabSize)
          let best = 0
          for (let i = 1; i < vocabSize; i++) if (logits[i]! > logits[best]!) best = i
          agrees.push(best === token)
          if (best !== token) flippedLeads.push(margins[index]!)
          for (const [candidate, expected] of top[index]!) topErrors.push(Math.abs(logits[candidate]! - expected))
        }
        return { agrees, topErrors, flippedLeads }
      },
      { model: modelId, prompt: forced },
    )
  return call(compare)
}

export function summarize(results: readonly ForcedResult[]): QualityFigures {
  const agrees = results.flatMap((result) => result.agrees)
  const errors = results.flatMap(({ topErrors }) => topErrors)
  return {
    tokens: agrees.length,
    agreement: agrees.filter(Boolean).length / agrees.length,
    meanTopError: errors.reduce((sum, error) => sum + error, 0) / errors.length,
    largestFlippedLead: Math.max(0, ...results.flatMap(({ flippedLeads }) => flippedLeads)),
  }
}
