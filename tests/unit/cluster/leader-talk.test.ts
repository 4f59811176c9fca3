// What a room asks: the leader's side and its guests, joined as by a channel, every message through JSON and its schema.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { parseLeaderMessage, parseMemberMessage } from '../../../src/cluster/control-protocol.ts'
import { GuestTalk } from '../../../src/cluster/guest-talk.ts'
import { LeaderTalk, type TalkListener } from '../../../src/cluster/leader-talk.ts'
import { sharedTurn as turn } from '../../support/shared-turn.ts'

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

  test('a guest that comes back asks again what waited, but nothing that was taken up or dropped meanwhile, and none twice, at the place it had', () => {
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
    expect(seen(talk)).toEqual(['Waiting?', 'Other?'])
    expect(seen(one.guest)).toEqual(['Waiting?', 'Other?'])
    expect([one.guest.declined, one.guest.askAgain().map(({ text }) => text)]).toEqual([null, ['Waiting?']])
    one.say(one.guest.withdraw(talk.waiting[0]!.id))
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
