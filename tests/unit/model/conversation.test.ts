import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChatMessage } from '../../../src/model/chat-template.ts'
import { fitConversation } from '../../../src/model/conversation.ts'

/** One token a character, and one that ends each message. */
const encode = (messages: readonly ChatMessage[]) =>
  messages.flatMap(({ content }) => [...Array.from(content, (character) => character.codePointAt(0)!), 0])
const system: ChatMessage = { role: 'system', content: 'be kind' }
const turn = (index: number): ChatMessage[] => [
  { role: 'user', content: `question ${index}` },
  { role: 'assistant', content: `answer ${index}` },
]
const newest: ChatMessage = { role: 'user', content: 'the newest' }

describe('fitConversation', () => {
  it('keeps all that fits, to the token', () => {
    const messages = [system, ...turn(1), ...turn(2), newest]
    const tokens = encode(messages)
    expect(fitConversation(messages, encode, tokens.length)).toEqual({ tokens, droppedTurns: 0 })
    expect(fitConversation(messages, encode, tokens.length - 1).droppedTurns).toBeGreaterThan(0)
  })

  it('leaves out the oldest turns, never the system message or the newest one', () => {
    const messages = [system, ...turn(1), ...turn(2), ...turn(3), newest]
    const kept = [system, ...turn(3), newest]
    expect(fitConversation(messages, encode, encode(messages).length - 1)).toEqual({
      tokens: encode(kept),
      droppedTurns: 2,
    })
    const least = [system, newest]
    expect(fitConversation(messages, encode, encode(least).length)).toEqual({ tokens: encode(least), droppedTurns: 3 })
  })

  it('fits any conversation into any limit, and drops nothing that fits', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30), { maxLength: 12 }), fc.nat(400), (lengths, limit) => {
        const turns = lengths.map(
          (length) =>
            [
              { role: 'user', content: 'u'.repeat(length) },
              { role: 'assistant', content: 'a' },
            ] satisfies ChatMessage[],
        )
        const rest = (dropped: number) => encode([system, ...turns.slice(dropped).flat(), newest])
        const attempt = () => fitConversation([system, ...turns.flat(), newest], encode, limit)
        if (rest(turns.length).length > limit) {
          expect(attempt).toThrow(/too long/)
          return
        }
        const { tokens, droppedTurns } = attempt()
        expect(tokens).toEqual(rest(droppedTurns))
        expect(tokens.length).toBeLessThanOrEqual(limit)
        expect(droppedTurns === 0).toBe(rest(0).length <= limit)
        const longestTurn = Math.max(...lengths, 0) + 'a'.length + 2
        if (droppedTurns > 0) expect(tokens.length).toBeGreaterThan(limit / 2 - longestTurn - 1)
      }),
      { seed: 3 },
    )
  })

  it('leaves out many turns at once, so that most turns of a long conversation begin with the tokens before them', () => {
    const messages: ChatMessage[] = [system]
    let before: number[] = []
    let prefilled = 0
    let begunAnew = 0
    for (let index = 0; index < 60; index++) {
      messages.push({ role: 'user', content: `question ${index}`.padEnd(40, '?') })
      const { tokens } = fitConversation(messages, encode, 1_000)
      messages.push({ role: 'assistant', content: `answer ${index}`.padEnd(60, '!') })
      const known = tokens.findIndex((token, position) => token !== before[position])
      if (known < before.length) begunAnew++
      prefilled += tokens.length - known
      before = tokens
    }
    expect(begunAnew).toBeLessThanOrEqual(12)
    expect(prefilled).toBeLessThan(2 * encode(messages).length)
  })

  it('says by how many tokens even the newest message is too long', () => {
    const needed = encode([system, newest]).length
    expect(() => fitConversation([system, ...turn(1), newest], encode, needed - 5)).toThrow(
      expect.objectContaining({
        code: 'bad-input',
        message: expect.stringContaining(`${needed} tokens, 5 more than the ${needed - 5} that fit`),
      }),
    )
    expect(() => fitConversation([newest], encode, 3)).toThrow(/8 more than the 3/)
  })

  it('treats a greeting before the first question as part of its turn', () => {
    const greeting: ChatMessage = { role: 'assistant', content: 'welcome' }
    const messages = [system, greeting, ...turn(1), newest]
    expect(fitConversation(messages, encode, encode([system, newest]).length).tokens).toEqual(encode([system, newest]))
  })

  it('refuses a conversation without a question', () => {
    expect(() => fitConversation([], encode, 100)).toThrow(/no user message/)
    expect(() => fitConversation([system], encode, 100)).toThrow(/no user message/)
  })
})
