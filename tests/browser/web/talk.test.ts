// What a room reads and asks, on a guest's page and on the leader's.
import { expect, onTestFinished, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import type { RoomView, SharedTurn, TalkView, WaitingQuestion } from '../../../src/index.ts'
import { Conversations } from '../../../web/chat/conversations.ts'
import { fetchMarkdown } from '../../../web/chat/growing-text.ts'
import { HrQueue } from '../../../web/chat/hr-queue.ts'
import { userTurn } from '../../../web/chat/turn.ts'
import { HrChat } from '../../../web/hr-chat.ts'
import { HrGuestTalk } from '../../../web/hr-guest-talk.ts'
import { HrTurn } from '../../../web/hr-turn.ts'
import {
  byTestId,
  chatView,
  deviceView,
  leaderDevice,
  mount,
  must,
  readyView,
  roomView,
  settled,
  wordsOf,
} from './page-support.ts'
import { failure, SystemDouble } from './system-double.ts'

const phone = { deviceId: 'pixel', name: 'Pixel 9, Chrome' }
const tablet = { deviceId: 'tablet', name: 'Tablet, Safari' }
const leader = { ...leaderDevice, isSelf: false, profile: null }

function shared(id: string, part: Partial<SharedTurn>): SharedTurn {
  return { id, role: 'assistant', state: 'done', askedBy: null, content: '', ...part }
}

function waiting(id: string, asker: WaitingQuestion['asker'], excerpt: string): WaitingQuestion {
  return { id, asker, excerpt }
}

function guestView(talk: Partial<TalkView>, part: Partial<RoomView> = {}): RoomView {
  return roomView({
    role: 'guest',
    state: { kind: 'ready', modelId: 'small' },
    devices: [leader, deviceView({ isSelf: true })],
    talk: { turns: [], waiting: [], declined: null, canAsk: true, ...talk },
    ...part,
  })
}

function guestTalk(talk: Partial<TalkView>, part: Partial<RoomView> = {}) {
  return mount(Object.assign(new HrGuestTalk(), { view: guestView(talk, part) }))
}

const turns = [
  shared('1', { role: 'user', content: 'Why is the sky blue?' }),
  shared('2', { content: '**Light** scatters.' }),
  shared('3', { role: 'user', content: 'And red at night?', askedBy: tablet }),
  shared('4', { content: 'A longer way', state: 'stopped' }),
  shared('5', { role: 'user', content: 'Is that all?', askedBy: phone }),
]

test('a guest reads who asked what, its answers as Markdown, and can do nothing to them but copy', async () => {
  await fetchMarkdown()
  const { element } = await guestTalk({ turns })
  const shown = [...element.renderRoot.querySelectorAll('hr-turn')]
  const askers = shown.flatMap((turn) => byTestId(turn.renderRoot, 'asker') ?? [])
  expect(askers.map(wordsOf)).toEqual(['The leader asked', 'Tablet, Safari asked', 'You wrote:'])
  expect(must(shown[1]).renderRoot.querySelector('strong')?.textContent).toBe('Light')
  for (const turn of shown)
    for (const id of ['edit', 'regenerate', 'continue', 'delete-turn']) expect(byTestId(turn.renderRoot, id)).toBeNull()
})

test('an answer grows where it stands: no turn before it is made anew, and it ends as it was streamed', async () => {
  const growing = (content: string, state: SharedTurn['state'] = 'streaming') => [
    ...turns,
    shared('6', { content, state }),
  ]
  const { element } = await guestTalk({ turns: growing('') })
  const last = must([...element.renderRoot.querySelectorAll('hr-turn')].at(-1))
  expect(last.renderRoot.querySelector('.waiting')).not.toBeNull()
  let rendered = 0
  const render = HrTurn.prototype.render
  HrTurn.prototype.render = function () {
    rendered++
    return render.call(this)
  }
  onTestFinished(() => {
    HrTurn.prototype.render = render
  })
  for (const text of ['Not', 'Not quite', 'Not quite:', 'Not quite: dust']) {
    element.view = guestView({ turns: growing(text) })
    await settled(element)
  }
  expect(rendered).toBe(1)
  await expect.poll(() => must(last.renderRoot.querySelector('hr-answer')).textContent).toContain('Not quite: dust')
  element.view = guestView({ turns: growing('Not quite: dust.', 'done') })
  await settled(element)
  expect(must(last.renderRoot.querySelector('hr-answer')).textContent).toContain('Not quite: dust.')
  expect(must(element.renderRoot.querySelector('[role=log]')).getAttribute('aria-busy')).toBe('false')
})

test('a guest asks with Enter, sees its place, and takes its own question back', async () => {
  const queue = [waiting('a', tablet, 'Mine first?'), waiting('b', phone, 'And mine?')]
  const { element, commands } = await guestTalk({ waiting: queue })
  await userEvent.fill(must(byTestId(element.renderRoot, 'prompt')), ' Why? ')
  await userEvent.keyboard('{Enter}')
  expect(wordsOf(must(byTestId(element.renderRoot, 'queue')))).toBe(
    '2 questions wait Mine first? Tablet, Safari, next And mine? You, place 2',
  )
  const queued = must(element.renderRoot.querySelector('hr-queue'))
  expect(queued.renderRoot.querySelectorAll('button')).toHaveLength(1)
  await userEvent.click(must(queued.renderRoot.querySelector('button')))
  expect(commands).toEqual([
    { kind: 'ask', text: 'Why?' },
    { kind: 'drop-question', questionId: 'b' },
  ])
})

test('a question that will not be answered is told, and asked again with one press', async () => {
  const { element, commands } = await guestTalk({ declined: { text: 'Why?', reason: 'dropped' } })
  const notice = must(byTestId(element.renderRoot, 'declined'))
  expect(wordsOf(notice)).toContain('The leader took your question out of the queue. Why?')
  await userEvent.click(must(notice.shadowRoot?.querySelector('button')))
  expect(commands).toEqual([{ kind: 'ask', text: 'Why?' }])
})

test.each([
  [
    'the leader is away',
    { devices: [deviceView({ isSelf: true, connection: 'connecting' })] },
    'The leader is out of reach.',
  ],
  ['there is no model', { state: { kind: 'lobby' } }, 'as soon as the leader has loaded a model'],
  ['the model embeds', {}, 'it answers no questions'],
] as const)('a guest reads why nothing can be asked: %s', async (_, part, words) => {
  const { element } = await guestTalk({ canAsk: false }, part)
  expect(wordsOf(element)).toContain(words)
  expect((must(byTestId(element.renderRoot, 'send')) as HTMLButtonElement).disabled).toBe(true)
})

test('the leader reads who asked, and takes any question out of the queue', async () => {
  const chat = new HrChat()
  chat.view = { ...readyView, talk: { ...readyView.talk, waiting: [waiting('a', phone, 'Rude?')] } }
  chat.chat = chatView([userTurn('Why?', null, phone)])
  const { element, commands } = await mount(chat)
  expect(wordsOf(element)).toContain('Pixel 9, Chrome asked')
  expect(wordsOf(element)).toContain('Everybody in the room reads this conversation.')
  await userEvent.click(must(byTestId(element.renderRoot, 'drop-question')))
  expect(commands).toEqual([{ kind: 'drop-question', questionId: 'a' }])
})

test('an empty queue takes no room', async () => {
  const { element } = await mount(new HrQueue())
  expect(element.hidden).toBe(true)
})

/** A leader's conversations over a model that answers at once. */
function leaderPage() {
  const system = new SystemDouble()
  system.show(readyView)
  const tab = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined } as unknown as Storage
  const chats = new Conversations(system, tab, () => undefined)
  onTestFinished(() => chats.close())
  const ask = (questionId: string, text: string) =>
    system.talk.leader.receive(phone.deviceId, { kind: 'ask', questionId, text })
  system.talk.leader.addGuest({ ...phone, bufferedBytes: 0, tell: () => undefined })
  const seen = () => chats.view.turns.map(({ turn: { content, askedBy } }) => [content, askedBy?.name ?? null])
  return { system, chats, ask, seen }
}

test('the leader’s page answers questions one after the other, each with what was said before', async () => {
  const { system, ask, seen } = leaderPage()
  ask('a', 'First?')
  ask('b', 'Second?')
  system.talk.ask('Third?')
  await expect.poll(() => seen().length).toBe(6)
  await expect.poll(seen).toEqual([
    ['First?', 'Pixel 9, Chrome'],
    ['Hello there', null],
    ['Second?', 'Pixel 9, Chrome'],
    ['Hello there', null],
    ['Third?', null],
    ['Hello there', null],
  ])
  const asked = system.asked.filter((call) => call.startsWith('chat'))
  expect(asked).toHaveLength(3)
  expect(asked[2]).toContain('First?')
})

test('what the leader sends at the moment in which a guest’s question is taken waits, and nothing is lost', async () => {
  const { system, chats, ask, seen } = leaderPage()
  let goOn = () => {}
  const held = new Promise<void>((resolve) => {
    goOn = resolve
  })
  system.pause = () => held
  ask('a', 'First?')
  await expect.poll(() => chats.view.live !== null).toBe(true)
  await chats.perform({ kind: 'send-prompt', text: 'Second?' })
  goOn()
  await expect
    .poll(() => seen().map(([content]) => content))
    .toEqual(['First?', 'Hello there', 'Second?', 'Hello there'])
})

test('a question waits while the room has no model ready, and after an answer that failed the next is taken', async () => {
  const { system, ask, seen } = leaderPage()
  system.show(roomView({ state: { kind: 'loading', modelId: 'small' } }))
  ask('a', 'First?')
  ask('b', 'Second?')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(system.talk.leader.waiting).toHaveLength(2)
  system.fails = { chat: failure('peer-lost', 'It left.') }
  system.show(readyView)
  await expect.poll(() => seen().map(([content]) => content)).toEqual(['First?', '', 'Second?', 'Hello there'])
})

test('what the leader’s page shows is what the room reads, word by word', async () => {
  const { system, chats, ask } = leaderPage()
  const guest: SharedTurn[][] = []
  system.talk.leader.addGuest({
    ...tablet,
    bufferedBytes: 0,
    tell: (message) => {
      if (message.kind === 'talk')
        guest.push(message.turns.map(({ at, text, ...head }) => ({ ...head, content: text })))
    },
  })
  ask('a', 'First?')
  await expect.poll(() => guest.flat().map(({ content }) => content)).toContain('First?')
  await expect.poll(() => guest.flat().at(-1)?.state).toBe('done')
  expect(guest.flat().at(-1)?.id).toBe(chats.view.turns.at(-1)?.turn.id)
})
