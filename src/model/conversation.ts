// Makes a conversation fit the context by leaving out its oldest turns, and says how many: nothing is cut silently. What is left out ends
// at multiples of half the room, so that the turns after it fit too and find everything before them in the cache.
import { HeadroomError } from '../base/errors.ts'
import type { ChatMessage } from './chat-template.ts'

export interface FittedConversation {
  tokens: number[]
  /** Oldest turns left out; a turn is a user's message with what follows it. */
  droppedTurns: number
}

/**
 * An end of the conversation whose `encode` (template applied) has at most `wishedTokens` tokens, and where turns are left out, at least
 * half as many as far as turns are that short. System messages before the first turn and the newest turn always stay, even where they
 * need up to `maxPromptTokens`. Throws `bad-input` where there is no user message, or where even the newest turn alone is too long.
 */
export function fitConversation(
  messages: readonly ChatMessage[],
  encode: (messages: readonly ChatMessage[]) => number[],
  maxPromptTokens: number,
  wishedTokens = maxPromptTokens,
): FittedConversation {
  const { system, turns } = turnsOf(messages)
  const tokensWithout = (dropped: number) => encode([...system, ...turns.slice(dropped).flat()])
  const whole = tokensWithout(0)
  if (whole.length <= wishedTokens) return { tokens: whole, droppedTurns: 0 }
  const step = Math.max(1, Math.floor(wishedTokens / 2))
  const limit = whole.length - step * Math.ceil((whole.length - wishedTokens) / step)

  let tooFew = 0
  let enough = turns.length - 1
  let tokens = enough === 0 ? whole : tokensWithout(enough)
  if (tokens.length > maxPromptTokens) {
    throw new HeadroomError(
      'bad-input',
      `This message is too long: with the system message it has ${tokens.length} tokens, ${tokens.length - maxPromptTokens} more than the ${maxPromptTokens} that fit. Please shorten it.`,
    )
  }
  while (enough - tooFew > 1) {
    const middle = (tooFew + enough) >> 1
    const attempt = tokensWithout(middle)
    if (attempt.length > limit) tooFew = middle
    else {
      enough = middle
      tokens = attempt
    }
  }
  return { tokens, droppedTurns: enough }
}

/** What comes before the first user message and is no system message belongs to the first turn. */
function turnsOf(messages: readonly ChatMessage[]): { system: ChatMessage[]; turns: ChatMessage[][] } {
  const firstUser = messages.findIndex(({ role }) => role === 'user')
  if (firstUser === -1) {
    throw new HeadroomError('bad-input', 'The conversation has no user message, so there is nothing to answer.')
  }
  const opening = messages.slice(0, firstUser)
  const turns: ChatMessage[][] = []
  for (const message of messages.slice(firstUser)) {
    if (message.role === 'user') turns.push([])
    turns.at(-1)!.push(message)
  }
  turns[0]!.unshift(...opening.filter(({ role }) => role !== 'system'))
  return { system: opening.filter(({ role }) => role === 'system'), turns }
}
