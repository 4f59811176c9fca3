import { expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import type { EncoderAbilities, RoomView } from '../../../src/index.ts'
import { HrApp } from '../../../web/hr-app.ts'
import { HrEncoder } from '../../../web/hr-encoder.ts'
import '../../../web/hr-guest.ts'
import '../../../web/hr-reader.ts'
import '../../../web/hr-room.ts'
import { byTestId, mount, must, readyView, settled, wordsOf } from './page-support.ts'
import { failure, SystemDouble } from './system-double.ts'

const abilities: EncoderAbilities = { pooling: { kind: 'mean', normalized: true }, maskText: '[MASK]' }

function encoderView(part: Partial<RoomView> = {}): RoomView {
  return { ...readyView, model: { ...must(readyView.model), encoder: abilities }, ...part }
}

async function show(part: Partial<HrEncoder> = {}) {
  return mount(Object.assign(new HrEncoder(), { view: encoderView(), abilities }, part))
}

const button = (root: HrEncoder | HrApp, id: string) => must(byTestId(root.renderRoot, id)) as HTMLButtonElement

test('Enter compares the sentences, trimmed and in order', async () => {
  const { element, commands } = await show()
  const compare = must(element.renderRoot.querySelector('hr-compare'))
  const [first, second] = [...compare.renderRoot.querySelectorAll('textarea')]
  await userEvent.fill(must(first), '  One ')
  await userEvent.fill(must(second), 'Two')
  await userEvent.keyboard('{Enter}')
  expect(commands).toEqual([{ kind: 'compare-sentences', sentences: ['One', 'Two', 'The stars are out tonight.'] }])
})

test('sentences are added and removed by keyboard, two stay, and an empty one is not sent', async () => {
  const { element } = await show()
  const compare = must(element.renderRoot.querySelector('hr-compare'))
  const fields = () => [...compare.renderRoot.querySelectorAll('textarea')]
  await userEvent.click(button(element, 'add-sentence'))
  await settled(element)
  expect(fields()).toHaveLength(4)
  expect(compare.shadowRoot?.activeElement).toBe(fields()[3])
  expect(button(element, 'compare').disabled).toBe(true)
  for (const left of [3, 2]) {
    await userEvent.click(must(compare.renderRoot.querySelector(`[aria-label='Remove sentence ${left}']`)))
    await settled(element)
  }
  expect(fields()).toHaveLength(2)
  const removers = [...compare.renderRoot.querySelectorAll<HTMLButtonElement>('.remove')]
  expect(removers.every(({ disabled }) => disabled)).toBe(true)
})

test('pasted lines become sentences, after what stands there and up to eight', async () => {
  const { element } = await show()
  const compare = must(element.renderRoot.querySelector('hr-compare'))
  const fields = () => [...compare.renderRoot.querySelectorAll('textarea')]
  const paste = async (index: number, text: string) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', text)
    fields()[index]!.dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true }))
    await settled(element)
  }
  const written = () => fields().map(({ value }) => value)
  const before = written()
  fields()[0]!.select()
  await paste(0, 'One\n\n  Two \nThree')
  expect(written()).toEqual(['One', 'Two', 'Three', ...before.slice(1)])
  await paste(4, 'a\nb\nc\nd\ne')
  expect(written()).toEqual(['One', 'Two', 'Three', ...before.slice(1), 'a', 'b', 'c'])
})

test('what the colours show is said in words too', async () => {
  const likeness = [
    [1, 0.8, 0.1],
    [0.8, 1, 0.3],
    [0.1, 0.3, 1],
  ]
  const { element } = await show({ comparison: { sentences: ['a', 'b', 'c'], likeness, truncatedTokens: 0 } })
  const alike = 'Most alike are 1 and 2 (0.80), least 1 and 3 (0.10).'
  expect(wordsOf(must(byTestId(element.renderRoot, 'alike')))).toBe(alike)
  expect(
    wordsOf(must(element.renderRoot.querySelector('hr-compare')?.renderRoot.querySelector('[role=status]'))),
  ).toContain(alike)
})

test('the mask is put in by a button, where the cursor is', async () => {
  const { element } = await show()
  const field = must(byTestId(element.renderRoot, 'masked')) as HTMLInputElement
  await userEvent.fill(field, 'The  shines.')
  field.setSelectionRange(4, 4)
  await userEvent.click(button(element, 'insert-mask'))
  await settled(element)
  expect(field.value).toBe('The [MASK] shines.')
  expect(button(element, 'insert-mask').disabled).toBe(true)
})

test('the table names its rows and columns and says how much was not read', async () => {
  const comparison = {
    sentences: ['One', 'Two'],
    likeness: [
      [1, -0.25],
      [-0.25, 1],
    ],
    truncatedTokens: 3,
  }
  const { element } = await show({ comparison })
  const table = must(byTestId(element.renderRoot, 'likeness'))
  expect([...table.querySelectorAll('th[scope=row]')].map((cell) => wordsOf(cell))).toEqual(['1 One', '2 Two'])
  expect([...table.querySelectorAll('tbody td')].map((cell) => cell.textContent)).toEqual([
    '1.00',
    '-0.25',
    '-0.25',
    '1.00',
  ])
  expect(wordsOf(must(table.querySelector('caption')))).toContain('How alike the sentences are')
  expect(wordsOf(element)).toContain('3 tokens were cut off.')
  expect(wordsOf(element)).toContain('2 sentences compared.')
  expect(wordsOf(must(byTestId(element.renderRoot, 'alike')))).toBe('Their likeness is -0.25.')
})

test('a word is guessed for exactly one mask', async () => {
  const { element, commands } = await show()
  const field = must(byTestId(element.renderRoot, 'masked'))
  await userEvent.fill(field, 'Nothing is missing here.')
  await settled(element)
  expect(button(element, 'guess').disabled).toBe(true)
  expect(wordsOf(element)).toContain('Write [MASK] once.')
  await userEvent.fill(field, ' The [MASK] shines. ')
  await userEvent.keyboard('{Enter}')
  expect(commands).toEqual([{ kind: 'fill-mask', text: 'The [MASK] shines.' }])
})

test('a model without a masked-language head guesses nothing', async () => {
  const { element } = await show({ abilities: { ...abilities, maskText: null } })
  expect(byTestId(element.renderRoot, 'masked')).toBeNull()
})

test('while the devices work nothing can be sent, and readers are told', async () => {
  const { element } = await show({ view: encoderView({ state: { kind: 'generating', modelId: 'small' } }) })
  expect(button(element, 'compare').disabled).toBe(true)
  expect(button(element, 'guess').disabled).toBe(true)
  const status = must(must(element.renderRoot.querySelector('hr-compare')).renderRoot.querySelector('[role=status]'))
  expect(wordsOf(status)).toBe('The devices are reading…')
})

async function openRoom() {
  location.hash = '#/'
  const system = new SystemDouble()
  const { element } = await mount(new HrApp(system))
  await system.startRoom()
  system.show(encoderView())
  await settled(element)
  return { element, system }
}

test('the page shows this in the place of the chat, and the answers of the room in it', async () => {
  const { element, system } = await openRoom()
  const room = must(element.renderRoot.querySelector('hr-room'))
  expect(room.renderRoot.querySelector('hr-chat')).toBeNull()
  expect(wordsOf(must(byTestId(element.renderRoot, 'model')))).toContain('embeds texts of up to 2,048 tokens')
  await userEvent.click(button(element, 'compare'))
  await expect.poll(() => byTestId(element.renderRoot, 'likeness')).not.toBeNull()
  await userEvent.click(button(element, 'guess'))
  await expect.poll(() => byTestId(element.renderRoot, 'guesses')).not.toBeNull()
  expect(wordsOf(must(byTestId(element.renderRoot, 'guesses')))).toBe('stars 75.0% clouds 25.0%')
  expect(system.asked.filter((call) => /^(embed|fillMask)/.test(call))).toHaveLength(2)
  system.show(readyView)
  await settled(element)
  expect(room.renderRoot.querySelector('hr-encoder')).toBeNull()
})

test('what fails is told, and what was found before stays', async () => {
  const { element, system } = await openRoom()
  await userEvent.click(button(element, 'compare'))
  await expect.poll(() => byTestId(element.renderRoot, 'likeness')).not.toBeNull()
  system.fails = { embed: failure('peer-lost', 'The tablet left the room.') }
  await userEvent.click(button(element, 'compare'))
  await expect.poll(() => wordsOf(element)).toContain('The tablet left the room.')
  expect(byTestId(element.renderRoot, 'likeness')).not.toBeNull()
})
