import type { AnswerFigures } from '../../src/index.ts'
import { texts } from '../texts/texts.ts'

/** What an answer has taken, one phrase a figure; a device alone sends nothing, and so says nothing of it. */
export function figureWords(figures: AnswerFigures): string[] {
  const { tokensPerSecond, timeToFirstTokenMs, tokenCount, bytesPerToken, roundsPerToken } = figures
  const words = texts.chat
  return [
    tokensPerSecond === null ? null : words.tokensPerSecond(tokensPerSecond),
    timeToFirstTokenMs === null ? null : words.firstAfter(timeToFirstTokenMs),
    words.tokens(tokenCount),
    bytesPerToken ? words.bytesPerToken(bytesPerToken) : null,
    roundsPerToken ? words.roundsPerToken(roundsPerToken) : null,
  ].filter((part) => part !== null)
}
