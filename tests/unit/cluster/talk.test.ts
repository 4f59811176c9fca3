// What a room reads and asks: the leader's side and a guest's, joined as by a channel, every message through JSON and its schema.
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { allowance } from '../../../src/cluster/allowance.ts'
import { parseLeaderMessage, parseMemberMessage } from '../../../src/cluster/control-protocol.ts'
import { GuestTalk } from '../../../src/cluster/guest-talk.ts'
import { LeaderTalk, type TalkListener } from '../../../src/cluster/leader-talk.ts'
import { TalkFeed } from '../../../src/cluster/talk-feed.ts'
import {
  maxPartLength,
  maxSharedTurns,
  maxTurnLength,
  type SharedTurn,
  type TalkMessage,
  type WaitingQuestion,
} from '../../../src/cluster/talk-protocol.ts'

fc.configureGlobal({ seed: 1 })

function turn(id: string, content: string, part: Partial<SharedTurn> = {}): SharedTurn {
  return { id, role: 'assistant', state: 'done', askedBy: null, content, ...part }
}

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

describe('a leader’s talk', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** A guest on a channel that holds as many bytes back as the test says. */
  function connect(talk: LeaderTalk, deviceId: string) {
    const guest = new GuestTalk(deviceId)
    const line = { guest, bufferedBytes: 0, messages: [] as string[], tellsNothing: false }
    const listener: TalkListener = {
      deviceId,
      name: `Phone ${deviceId}`,
      get bufferedBytes() {
        return line.bufferedBytes
      },
      tell(message) {
        if (line.tellsNothing) return
        line.messages.push(JSON.stringify(message))
        const parsed = parseLeaderMessage(JSON.parse(JSON.stringify(message)))
        if (parsed.kind === 'talk' || parsed.kind === 'declined') guest.receive(parsed)
      },
    }
    talk.addGuest(listener)
    const comeBack = () => {
      line.tellsNothing = false
      talk.addGuest(listener)
    }
    const say = (message: object) => {
      const parsed = parseMemberMessage(JSON.parse(JSON.stringify(message)))
      if (parsed.kind === 'ask' || parsed.kind === 'withdraw') talk.receive(deviceId, parsed)
    }
    return { ...line, line, comeBack, say, ask: (text: string) => say(guest.ask(text)) }
  }

  const seen = ({ waiting }: { waiting: readonly { excerpt: string }[] }) => waiting.map(({ excerpt }) => excerpt)

  test('queues questions in the order they came, and everybody sees all of them', () => {
    const talk = new LeaderTalk()
    const [one, two] = [connect(talk, '1'), connect(talk, '2')]
    one.ask('First?')
    talk.ask('Second?', { deviceId: 'leader', name: 'Laptop' })
    two.ask('Third?')
    vi.runAllTimers()
    for (const { guest } of [one, two]) expect(seen(guest)).toEqual(['First?', 'Second?', 'Third?'])
    expect(talk.take()).toMatchObject({ text: 'First?', asker: { deviceId: '1', name: 'Phone 1' } })
    vi.runAllTimers()
    expect(seen(two.guest)).toEqual(['Second?', 'Third?'])
  })

  test('a guest that leaves takes its questions with it, and its place is free', () => {
    const talk = new LeaderTalk()
    const [one, two] = [connect(talk, '1'), connect(talk, '2')]
    one.ask('Mine?')
    two.ask('Ours?')
    talk.removeGuest('1')
    expect(seen(talk)).toEqual(['Ours?'])
  })

  test('a guest takes back its own question, and nobody else’s', () => {
    const talk = new LeaderTalk()
    const [one, two] = [connect(talk, '1'), connect(talk, '2')]
    one.ask('Mine?')
    const { id } = talk.waiting[0]!
    two.say(two.guest.withdraw(id))
    expect(seen(talk)).toEqual(['Mine?'])
    one.say(one.guest.withdraw(id))
    expect(seen(talk)).toEqual([])
  })

  test('a question that the leader drops is told to the guest that asked it', () => {
    const talk = new LeaderTalk()
    const one = connect(talk, '1')
    one.ask('Rude?')
    talk.drop(talk.waiting[0]!.id)
    expect(one.guest.declined).toEqual({ text: 'Rude?', reason: 'dropped' })
    one.ask('Polite?')
    expect(one.guest.declined).toBeNull()
  })

  test('a guest that comes back asks again what waited, but nothing that was taken up or dropped meanwhile, and none twice', () => {
    const talk = new LeaderTalk()
    const [one, two] = [connect(talk, '1'), connect(talk, '2')]
    for (const text of ['Taken?', 'Dropped?', 'Waiting?']) one.ask(text)
    two.ask('Other?')
    vi.runAllTimers()
    one.guest.lost()
    expect(seen(one.guest)).toEqual(['Taken?', 'Dropped?', 'Waiting?'])
    one.line.tellsNothing = true
    talk.take()
    talk.drop(talk.waiting[0]!.id)
    talk.removeGuest('1')
    expect(seen(talk)).toEqual(['Other?'])
    one.comeBack()
    for (const question of one.guest.askAgain()) one.say(question)
    vi.runAllTimers()
    expect(seen(talk)).toEqual(['Other?', 'Waiting?'])
    expect(seen(one.guest)).toEqual(['Other?', 'Waiting?'])
    expect([one.guest.declined, one.guest.askAgain().map(({ text }) => text)]).toEqual([null, ['Waiting?']])
    one.say(one.guest.withdraw(talk.waiting[1]!.id))
    expect([seen(talk), one.guest.askAgain()]).toEqual([['Other?'], []])
  })

  test('a guest that asks without end gets three questions in, and the others still get theirs', () => {
    const talk = new LeaderTalk()
    const [liar, honest] = [connect(talk, '1'), connect(talk, '2')]
    for (let index = 0; index < 1_000; index++) liar.say({ kind: 'ask', questionId: `q${index}`, text: 'Me!' })
    honest.ask('And me?')
    expect(seen(talk)).toEqual(['Me!', 'Me!', 'Me!', 'And me?'])
    expect(() => {
      honest.ask('2?')
      honest.ask('3?')
      vi.runAllTimers()
      honest.ask('4?')
    }).toThrow(expect.objectContaining({ code: 'bad-input' }))
  })

  test('asking and taking back without end is slowed down', () => {
    const talk = new LeaderTalk()
    const liar = connect(talk, '1')
    let changes = 0
    talk.on('change', () => changes++)
    for (let index = 0; index < 1_000; index++) {
      liar.say({ kind: 'ask', questionId: `q${index}`, text: 'Me!' })
      liar.say({ kind: 'withdraw', questionId: `q${index}` })
    }
    expect(changes).toBe(16)
  })

  test('a question under the id of another one is refused', () => {
    const talk = new LeaderTalk()
    const [one, liar] = [connect(talk, '1'), connect(talk, '2')]
    one.ask('Mine?')
    liar.say({ kind: 'ask', questionId: talk.waiting[0]!.id, text: 'Not yours.' })
    expect(seen(talk)).toEqual(['Mine?'])
  })

  test('a streamed answer goes out ten times a second, however many tokens come', () => {
    const talk = new LeaderTalk()
    const one = connect(talk, '1')
    let text = ''
    talk.share(() => [turn('a', text, { state: 'streaming' })])
    for (let token = 0; token < 500; token++) {
      text += ' word'
      talk.touched()
      vi.advanceTimersByTime(2)
    }
    vi.runAllTimers()
    expect(one.line.messages.length).toBeLessThanOrEqual(12)
    expect(one.guest.turns).toEqual([turn('a', text, { state: 'streaming' })])
  })

  test('a guest whose channel is full is told nothing until it takes more, then the newest', () => {
    const talk = new LeaderTalk()
    const slow = connect(talk, '1')
    let text = ''
    talk.share(() => [turn('a', text)])
    vi.runAllTimers()
    const before = slow.line.messages.length
    slow.line.bufferedBytes = 17 * 1024
    for (let token = 0; token < 100; token++) {
      text += ' word'
      talk.touched()
      vi.advanceTimersByTime(50)
    }
    expect(slow.line.messages).toHaveLength(before)
    slow.line.bufferedBytes = 0
    vi.advanceTimersByTime(200)
    expect(slow.line.messages).toHaveLength(before + 1)
    expect(slow.guest.turns).toEqual([turn('a', text)])
  })
})

test.each([
  ['a question of a book', { kind: 'ask', questionId: 'q', text: 'x'.repeat(4_001) }],
  ['a question of nothing', { kind: 'ask', questionId: 'q', text: ' \n ' }],
  ['a question without an end to its id', { kind: 'ask', questionId: 'q'.repeat(65), text: 'Why?' }],
  ['a pause that is no yes and no no', { kind: 'pause', paused: 'later' }],
])('the leader refuses %s', (_, message) => {
  expect(() => parseMemberMessage(message)).toThrow(expect.objectContaining({ code: 'bad-message' }))
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

test('an allowance is a burst, and then so much a second', () => {
  let nowMs = 0
  const may = allowance(2, 0.5, () => nowMs)
  expect([may(), may(), may()]).toEqual([true, true, false])
  nowMs = 2_000
  expect([may(), may()]).toEqual([true, false])
  nowMs = 1e9
  expect([may(), may(), may()]).toEqual([true, true, false])
})
