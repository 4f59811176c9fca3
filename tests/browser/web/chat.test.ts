import { describe, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { emptyAnswer, type Turn, userTurn } from '../../../web/chat/turn.ts'
import type { HrTurn } from '../../../web/hr-turn.ts'
import { answer, promptOf, show } from './chat-support.ts'
import { byTestId, chatView, must, readyView, roomView, settled, wordsOf } from './page-support.ts'

test('Enter sends the trimmed message and empties the field', async () => {
  const { element, commands } = await show([])
  await userEvent.fill(promptOf(element), '  Hello  ')
  await userEvent.keyboard('{Enter}')
  await settled(element)
  expect(commands).toEqual([{ kind: 'send-prompt', text: 'Hello' }])
  expect(promptOf(element).value).toBe('')
})

test('Shift+Enter makes a new line and sends nothing', async () => {
  const { element, commands } = await show([])
  await userEvent.click(promptOf(element))
  await userEvent.keyboard('one{Shift>}{Enter}{/Shift}two')
  expect(promptOf(element).value).toBe('one\ntwo')
  expect(commands).toEqual([])
})

test('nothing can be sent while no model is loaded, and the page says why', async () => {
  const { element, commands } = await show([], roomView())
  await userEvent.fill(promptOf(element), 'Hello')
  await userEvent.keyboard('{Enter}')
  await settled(element)
  expect(commands).toEqual([])
  expect(promptOf(element).value).toBe('Hello')
  expect((must(byTestId(element.renderRoot, 'send')) as HTMLButtonElement).disabled).toBe(true)
  expect(wordsOf(element)).toContain('Load a model first.')
})

test('while an answer streams, Stop stands where Send was and Escape stops too', async () => {
  const { element, commands } = await show([userTurn('Hi'), { ...emptyAnswer(), content: 'Wor' }])
  expect(byTestId(element.renderRoot, 'send')).toBeNull()
  await userEvent.click(must(byTestId(element.renderRoot, 'stop')))
  await userEvent.click(promptOf(element))
  await userEvent.keyboard('{Escape}')
  expect(commands).toEqual([{ kind: 'stop-answer' }, { kind: 'stop-answer' }])
  expect(must(element.renderRoot.querySelector('[role=log]')).getAttribute('aria-busy')).toBe('true')
})

test('an answer keeps its lines and shows its figures', async () => {
  const { element } = await show([userTurn('Hi'), answer])
  const text = must(byTestId(element.renderRoot, 'answer'))
  await expect.poll(() => text.querySelector('p')?.textContent).toBe('Two\n  lines')
  expect(getComputedStyle(must(text.querySelector('p'))).whiteSpace).toBe('pre-line')
  expect(wordsOf(must(byTestId(element.renderRoot, 'figures')))).toBe(
    '14.2 tokens/s first after 412 ms 87 tokens 144 kB a token 62 rounds a token',
  )
})

test('turns that were left out are told, and where the model begins to read', async () => {
  const old = [userTurn('1'), { ...answer, id: 'one' }, userTurn('2'), { ...answer, id: 'two' }]
  const newest = userTurn('Hi')
  const { element } = await show([...old, newest, { ...answer, droppedTurns: 2 }])
  const edge = must(byTestId(element.renderRoot, 'unread-above'))
  expect((edge.nextElementSibling as HrTurn).turn).toBe(newest)
  expect(wordsOf(must(byTestId(element.renderRoot, 'dropped-turns')))).toBe(
    'The oldest 2 turns no longer fit and were left out of this answer.',
  )
})

test('a failed answer keeps what came, says what happened and can be asked for again', async () => {
  const failed: Turn = {
    ...emptyAnswer(),
    content: 'Half an',
    state: 'failed',
    problem: { code: 'peer-lost', message: 'Pixel 9 left.' },
  }
  const { element, commands } = await show([userTurn('Hi'), failed])
  expect(must(byTestId(element.renderRoot, 'answer')).textContent).toBe('Half an')
  const problem = must(byTestId(element.renderRoot, 'answer-problem'))
  expect(wordsOf(problem)).toContain('A device left the room')
  expect(must(problem.shadowRoot?.querySelector('[lang=en]')).textContent).toBe('Pixel 9 left.')
  await userEvent.click(must(problem.shadowRoot?.querySelector('button')))
  expect(commands).toEqual([{ kind: 'retry-answer' }])
})

test('an answer cannot be asked for again while the room is not ready', async () => {
  const failed: Turn = { ...emptyAnswer(), state: 'failed', problem: { code: 'peer-lost', message: 'Pixel 9 left.' } }
  const { element } = await show([userTurn('Hi'), failed], roomView())
  expect(must(byTestId(element.renderRoot, 'answer-problem')).shadowRoot?.querySelector('button')).toBeNull()
})

test('while the others take over, the room tells why an answer failed, and the answer itself once they have', async () => {
  const problem = { code: 'peer-lost', message: 'Pixel 9 left.' } as const
  const failed: Turn = { ...emptyAnswer(), state: 'failed', problem }
  const recovering = roomView({ state: { kind: 'recovering', modelId: 'small', error: problem } })
  const { element } = await show([{ ...failed, id: 'earlier' }, userTurn('Hi'), failed], recovering)
  const told = [...element.renderRoot.querySelectorAll<HrTurn>('hr-turn')].map((turn) => wordsOf(turn))
  expect(told.map((words) => words.includes('Pixel 9 left.'))).toEqual([true, false, false])
  element.view = readyView
  await settled(element)
  expect(wordsOf(must(element.renderRoot.querySelector('hr-turn:last-of-type')))).toContain('Try again')
})

test('a new chat is one press, once there is a conversation', async () => {
  const { element, commands } = await show([])
  const button = must(byTestId(element.renderRoot, 'new-chat')) as HTMLButtonElement
  expect(button.disabled).toBe(true)
  element.chat = chatView([userTurn('Hi'), answer])
  await settled(element)
  await userEvent.click(button)
  expect(commands).toEqual([{ kind: 'new-chat' }])
})

test('screen readers hear an answer by sentences, without its thoughts and marks', async () => {
  const { element } = await show([userTurn('Hi'), emptyAnswer()])
  const region = must(element.renderRoot.querySelector('hr-spoken [aria-live=polite]'))
  const live = must(element.chat.live)
  for (const piece of ['<think>Hm. Well.</think>', 'It is **so', '**. Is', ' it?', ' Yes']) live.push(piece)
  expect([...region.children].map((line) => line.textContent)).toEqual(['It is so.', 'Is it?'])
  element.chat = chatView([userTurn('Hi'), answer])
  await settled(element)
  expect(region.lastElementChild?.textContent).toBe('Yes')
  expect(must(element.renderRoot.querySelector('[role=log]')).getAttribute('aria-live')).toBe('off')
})

test('thoughts are folded above the answer', async () => {
  const { element } = await show([userTurn('Hi'), { ...answer, content: '<think>\nHm.\n</think>\n\nYes.' }])
  const shown = must(byTestId(element.renderRoot, 'answer'))
  await expect.poll(() => shown.querySelector('.markdown p')).not.toBeNull()
  const details = must(shown.querySelector('details'))
  expect(details.open).toBe(false)
  expect(details.textContent).toContain('Hm.')
  expect(must(shown.lastElementChild).textContent).toBe('Yes.')
})

test('versions are turned by the keyboard, and the focus stays where it is', async () => {
  const [one, two] = [answer, { ...answer, id: 'two', content: 'Other' }]
  const versions = [one.id, two.id]
  const question = userTurn('Hi')
  const showing = (turn: Turn) => ({
    ...chatView([]),
    turns: [
      { turn: question, versions: [question.id], tokens: null },
      { turn, versions, tokens: null },
    ],
  })
  const { element, commands } = await show([])
  element.chat = showing(one)
  await settled(element)
  const next = must(byTestId(element.renderRoot, 'next-version'))
  next.focus()
  await userEvent.keyboard('{Enter}')
  expect(commands).toEqual([{ kind: 'show-version', turnId: 'two' }])
  element.chat = showing(two)
  await settled(element)
  expect(wordsOf(must(byTestId(element.renderRoot, 'version')))).toBe('2 of 2')
  expect(must(byTestId(element.renderRoot, 'answer')).textContent).toBe('Other')
  expect(next.isConnected).toBe(true)
})

describe('the keyboard', () => {
  const question = userTurn('Hi')

  test('asks the last question in other words, and gives the focus back when that is left', async () => {
    const { element, commands } = await show([question, answer])
    await userEvent.click(promptOf(element))
    await userEvent.keyboard('{ArrowUp}')
    await settled(element)
    const field = must(byTestId(element.renderRoot, 'edit-field')) as HTMLTextAreaElement
    expect(field.getRootNode()).toMatchObject({ activeElement: field })
    await userEvent.keyboard('{Escape}')
    await settled(element)
    const edit = must(byTestId(element.renderRoot, 'edit'))
    expect(edit.getRootNode()).toMatchObject({ activeElement: edit })
    expect(commands).toEqual([])
  })

  test('leaves the arrow to whoever is writing', async () => {
    const { element } = await show([question, answer])
    await userEvent.fill(promptOf(element), 'A word')
    await userEvent.keyboard('{ArrowUp}')
    await settled(element)
    expect(byTestId(element.renderRoot, 'edit-field')).toBeNull()
  })

  test('begins a new chat, opens the list and its own help', async () => {
    const { element, commands } = await show([question, answer])
    const drawer = (id: string) => must(byTestId(element.renderRoot, id)) as HTMLDialogElement
    await userEvent.keyboard('{Control>}/{/Control}')
    expect(drawer('shortcuts-drawer').open).toBe(true)
    await userEvent.keyboard('{Alt>}{Shift>}N{/Shift}{/Alt}')
    expect(commands).toEqual([])
    const closed = async (id: string) => {
      await userEvent.keyboard('{Escape}')
      await expect.poll(() => drawer(id).open).toBe(false)
    }
    await closed('shortcuts-drawer')
    await userEvent.keyboard('{Alt>}{Shift>}L{/Shift}{/Alt}')
    expect(drawer('conversation-drawer').open).toBe(true)
    await closed('conversation-drawer')
    await userEvent.keyboard('{Alt>}{Shift>}N{/Shift}{/Alt}')
    expect(commands).toEqual([{ kind: 'new-chat' }])
  })

  test('stops an answer from anywhere in the chat', async () => {
    const { element, commands } = await show([question, { ...emptyAnswer(question.id), content: 'Wor' }])
    must(element.renderRoot.querySelector<HTMLElement>('[role=log]')).focus()
    await userEvent.keyboard('{Escape}')
    expect(commands).toEqual([{ kind: 'stop-answer' }])
  })
})

test('an answer that another tab writes says so and offers nothing to do with it', async () => {
  const { element } = await show([userTurn('Hi')])
  element.chat = chatView([userTurn('Hi'), { ...emptyAnswer(), content: 'Half an' }])
  await settled(element)
  expect(wordsOf(must(element.renderRoot.querySelector('hr-turn[data-role=assistant]')))).toContain(
    'Another tab of this browser is writing this answer.',
  )
  expect(byTestId(must(element.renderRoot.querySelector('hr-turn:last-of-type')), 'regenerate')).toBeNull()
})
