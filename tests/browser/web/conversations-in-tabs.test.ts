import { beforeEach, describe, expect, test } from 'vitest'
import { answerDefaults } from '../../../web/chat/answer-settings.ts'
import { ConversationStore } from '../../../web/chat/conversation-store.ts'
import { emptyAnswer } from '../../../web/chat/turn.ts'
import { asKept, forgetAll, open } from './open-conversations.ts'
import { must } from './page-support.ts'

beforeEach(forgetAll)

describe('two tabs of one browser', () => {
  async function twoTabs() {
    const first = open()
    await first.ask('Hi', 'one')
    await expect.poll(async () => (await asKept())[0]?.turns.length).toBe(2)
    const second = open()
    await second.run({ kind: 'open-conversation', conversationId: first.chats.view.conversationId })
    return { first, second }
  }
  const titles = ({ chats }: ReturnType<typeof open>) => chats.view.list.map(({ title }) => title)

  test('show one list, whichever of them asks, renames, deletes or takes that back', async () => {
    const { first, second } = await twoTabs()
    await second.run({ kind: 'new-chat' })
    await second.ask('About trees', 'They grow.')
    await expect.poll(() => titles(first)).toEqual(['About trees', 'Hi'])
    const conversationId = first.chats.view.conversationId
    await second.run({ kind: 'rename-conversation', conversationId, title: 'Greeting' })
    await expect.poll(() => first.chats.view.title).toBe('Greeting')
    await second.run({ kind: 'delete-conversation', conversationId })
    await expect.poll(() => [titles(first), first.shown()]).toEqual([['About trees'], []])
    await second.run({ kind: 'undo-deletion' })
    await expect.poll(() => titles(first).toSorted()).toEqual(['About trees', 'Greeting'])
  })

  test('add to one conversation side by side, and both end up with every turn', async () => {
    const { first, second } = await twoTabs()
    await Promise.all([first.ask('Left?', 'left'), second.ask('Right?', 'right')])
    await expect.poll(() => [first, second].map(({ turn }) => turn(2).versions.length)).toEqual([2, 2])
    expect([first.shown().slice(2), second.shown().slice(2)]).toEqual([
      ['Left?', 'left'],
      ['Right?', 'right'],
    ])
    expect((await asKept())[0]?.turns).toHaveLength(6)
    await first.ask('And?', 'more')
    await expect.poll(async () => (await asKept())[0]?.turns.length).toBe(8)
  })

  test('follow each other where they stand at the same end', async () => {
    const { first, second } = await twoTabs()
    await first.ask('And?', 'more')
    await expect.poll(second.shown).toEqual(['Hi', 'one', 'And?', 'more'])
    await second.run({ kind: 'delete-turn', turnId: second.turn(2).turn.id })
    await expect.poll(first.shown).toEqual(['Hi', 'one'])
    await second.run({ kind: 'undo-deletion' })
    await expect.poll(first.shown).toEqual(['Hi', 'one', 'And?', 'more'])
  })

  test('tell an answer that the other one is writing from one that was cut off', async () => {
    const { first, second } = await twoTabs()
    first.system.answer = Array.from({ length: 500 }, () => 'word ')
    const answering = first.run({ kind: 'send-prompt', text: 'Go on' })
    await expect.poll(() => second.turn(-1).turn).toMatchObject({ role: 'assistant', state: 'streaming' })
    await first.run({ kind: 'stop-answer' })
    await answering
    await expect.poll(() => second.turn(-1).turn.state).toBe('stopped')
    expect(second.turn(-1).turn.content).toBe(first.turn(-1).turn.content)
  })

  test('see an answer end as stopped, with what came of it, when the tab that writes it is closed', async () => {
    const { first, second } = await twoTabs()
    const [{ record, turns }] = (await asKept()) as [Awaited<ReturnType<typeof asKept>>[0]]
    const answer = { ...emptyAnswer(turns.at(-1)!.id), content: 'As far as it' }
    const closed = document.createElement('iframe')
    document.body.append(closed)
    const { locks } = must(closed.contentWindow).navigator
    await new Promise<void>((held) => {
      void locks.request(`headroom-answer-${answer.id}`, { mode: 'shared' }, () => {
        held()
        return new Promise(() => undefined)
      })
    })
    const store = await ConversationStore.open()
    await store.write({ ...record, leafId: answer.id }, [answer])
    store.close()
    await first.run({ kind: 'rename-conversation', conversationId: record.id, title: 'Renamed' })
    const state = () => second.turn(-1).turn.state
    await expect.poll(() => [second.shown().at(-1), state()]).toEqual(['As far as it', 'streaming'])
    closed.remove()
    await expect.poll(() => [second.shown().at(-1), state()]).toEqual(['As far as it', 'stopped'])
  })

  test('lose what the other one deletes while they write it, and nothing else', async () => {
    const { first, second } = await twoTabs()
    first.system.answer = Array.from({ length: 500 }, () => 'word ')
    const answering = first.run({ kind: 'send-prompt', text: 'Go on' })
    await expect.poll(() => second.shown().length).toBe(4)
    await second.run({ kind: 'delete-turn', turnId: second.turn(2).turn.id })
    await answering
    await expect
      .poll(() => [first.shown(), second.shown()])
      .toEqual([
        ['Hi', 'one'],
        ['Hi', 'one'],
      ])
    expect((await asKept())[0]?.turns).toHaveLength(2)
  })

  test('answer with the same settings', async () => {
    const { first, second } = await twoTabs()
    await first.run({ kind: 'set-answers', settings: { ...answerDefaults, temperature: 0.5 } })
    await expect.poll(() => second.chats.view.settings?.temperature).toBe(0.5)
  })
})

describe('a deletion', () => {
  test('of turns is taken back with all that followed, in the branch that was shown', async () => {
    const { run, ask, shown, turn, system, chats } = open()
    await ask('Hi', 'one')
    system.answer = ['two']
    await run({ kind: 'regenerate-answer', turnId: turn(1).turn.id })
    await ask('And?', 'more')
    await run({ kind: 'delete-turn', turnId: turn(1).turn.id })
    expect(chats.view.deleted).toMatchObject({ kind: 'turns' })
    await run({ kind: 'undo-deletion' })
    expect(shown()).toEqual(['Hi', 'two', 'And?', 'more'])
    expect(turn(1).versions).toHaveLength(2)
    expect(chats.view.deleted).toBeNull()
    await expect.poll(async () => (await asKept())[0]?.turns.length).toBe(5)
  })

  test('of the open conversation is taken back with an answer that was being written', async () => {
    const { run, shown, chats, system } = open()
    system.answer = Array.from({ length: 500 }, () => 'word ')
    const answering = run({ kind: 'send-prompt', text: 'Go on' })
    await expect.poll(() => chats.view.live?.text.length).toBeGreaterThan(10)
    await run({ kind: 'delete-conversation', conversationId: chats.view.conversationId })
    await answering
    expect(chats.view.deleted).toMatchObject({ kind: 'conversation', title: 'Go on' })
    await run({ kind: 'undo-deletion' })
    expect(shown()[1]).toContain('word word')
    const [stored] = await asKept()
    expect(stored?.turns.map(({ state }) => state)).toEqual(['done', 'stopped'])
  })

  test('is for good once something else is begun', async () => {
    const { run, ask, chats } = open()
    await ask('Hi', 'one')
    await run({ kind: 'delete-conversation', conversationId: chats.view.conversationId })
    await ask('Other', 'two')
    expect(chats.view.deleted).toBeNull()
    await run({ kind: 'undo-deletion' })
    expect(chats.view.list.map(({ title }) => title)).toEqual(['Other'])
  })
})
