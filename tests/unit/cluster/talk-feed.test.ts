// What guests read of a conversation: each message goes through JSON and its schema.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseLeaderMessage } from '../../../src/cluster/control-protocol.ts'
import { GuestTalk } from '../../../src/cluster/guest-talk.ts'
import { TalkFeed } from '../../../src/cluster/talk-feed.ts'
import {
  maxPartLength,
  maxSharedTurns,
  maxTurnLength,
  type SharedTurn,
  type TalkMessage,
  type WaitingQuestion,
} from '../../../src/cluster/talk-protocol.ts'
import { sharedTurn as turn } from '../../support/shared-turn.ts'

fc.configureGlobal({ seed: 1 })

const nobody: readonly WaitingQuestion[] = []

function received(message: TalkMessage): TalkMessage {
  const parsed = parseLeaderMessage(JSON.parse(JSON.stringify(message)))
  if (parsed.kind !== 'talk') throw new Error(`A ${parsed.kind} came.`)
  return parsed
}

/** Everything that the feed has for the guest now; returns the messages. */
function tellAll(feed: TalkFeed, guest: GuestTalk, turns: readonly SharedTurn[]): TalkMessage[] {
  const messages: TalkMessage[] = []
  for (let message = feed.next({ turns, waiting: nobody }); message; message = feed.next({ turns, waiting: nobody })) {
    messages.push(message)
    guest.receive(received(message))
  }
  return messages
}

describe('a feed', () => {
  test('gives a guest every state of a conversation, whatever happens between two messages', () => {
    const states = ['streaming', 'done', 'stopped', 'length', 'failed'] as const
    const anyTurn = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      role: fc.constantFrom('user' as const, 'assistant' as const),
      state: fc.constantFrom(...states),
      askedBy: fc.constantFrom(null, { deviceId: 'phone', name: 'Phone' }),
      content: fc.string({ unit: 'binary', maxLength: 30 }),
    })
    const anyTalk = fc.uniqueArray(anyTurn, { selector: ({ id }) => id })
    fc.assert(
      fc.property(fc.array(anyTalk, { maxLength: 8 }), (talks) => {
        const [feed, guest] = [new TalkFeed(), new GuestTalk('phone')]
        for (const turns of talks) {
          tellAll(feed, guest, turns)
          expect(guest.turns).toEqual(turns)
        }
      }),
      { numRuns: 40 },
    )
  })

  test('sends only what has grown', () => {
    const [feed, guest] = [new TalkFeed(), new GuestTalk('phone')]
    tellAll(feed, guest, [turn('q', 'Why?', { role: 'user' }), turn('a', 'Because', { state: 'streaming' })])
    const grown = [turn('q', 'Why?', { role: 'user' }), turn('a', 'Because of', { state: 'streaming' })]
    expect(tellAll(feed, guest, grown)).toEqual([
      {
        kind: 'talk',
        turns: [{ id: 'a', role: 'assistant', state: 'streaming', askedBy: null, at: 7, text: ' of' }],
      },
    ])
    expect(tellAll(feed, guest, grown)).toEqual([])
  })

  test('cuts a long answer into messages of a bounded size, and says that it has ended with the last', () => {
    const [feed, guest] = [new TalkFeed(), new GuestTalk('phone')]
    const answer = 'word '.repeat(4_000)
    const messages = tellAll(feed, guest, [turn('a', answer)])
    expect(messages.map(({ turns }) => turns[0]!.text.length)).toEqual([
      maxPartLength,
      maxPartLength,
      20_000 - 2 * maxPartLength,
    ])
    expect(messages.map(({ turns }) => turns[0]!.state)).toEqual(['streaming', 'streaming', 'done'])
    expect(guest.turns).toEqual([turn('a', answer)])
  })

  test('leaves out the oldest turns and the end of one that is a book', () => {
    const [feed, guest] = [new TalkFeed(), new GuestTalk('phone')]
    const many = Array.from({ length: maxSharedTurns + 5 }, (_, index) => turn(`turn-${index}`, `${index}`))
    tellAll(feed, guest, [...many, turn('book', 'x'.repeat(maxTurnLength + 1))])
    expect(guest.turns).toHaveLength(maxSharedTurns)
    expect([guest.turns[0]!.id, guest.turns.at(-1)!.content.length]).toEqual(['turn-6', maxTurnLength])
  })

  test('tells a guest that came back everything anew', () => {
    const guest = new GuestTalk('phone')
    tellAll(new TalkFeed(), guest, [turn('a', 'Old')])
    guest.lost()
    expect(guest.turns).toEqual([turn('a', 'Old')])
    tellAll(new TalkFeed(), guest, [])
    expect(guest.turns).toEqual([])
  })
})

test('a guest refuses a part that follows nothing', () => {
  const guest = new GuestTalk('phone')
  const part = { id: 'a', role: 'assistant', state: 'done', askedBy: null, at: 9, text: 'x' } as const
  expect(() => guest.receive({ kind: 'talk', turns: [part] })).toThrow(expect.objectContaining({ code: 'bad-message' }))
})

const part = { id: 'a', role: 'user', state: 'done', askedBy: null, at: 0, text: '' }
test.each([
  ['turns without end', { kind: 'talk', turns: new Array(maxSharedTurns + 1).fill(part) }],
  ['an order without end', { kind: 'talk', turns: [], order: new Array(maxSharedTurns + 1).fill('a') }],
  ['a part of a megabyte', { kind: 'talk', turns: [{ ...part, text: 'x'.repeat(1e6) }] }],
  ['a part that begins before its turn', { kind: 'talk', turns: [{ ...part, at: -1 }] }],
  ['a role that nobody has', { kind: 'talk', turns: [{ ...part, role: 'system' }] }],
])('a guest refuses %s', (_, message) => {
  expect(() => parseLeaderMessage(message)).toThrow(expect.objectContaining({ code: 'bad-message' }))
})
