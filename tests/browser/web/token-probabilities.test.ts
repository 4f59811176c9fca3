import { expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { AnswerTokens } from '../../../web/chat/answer-tokens.ts'
import { HrLiveFigures } from '../../../web/chat/hr-live-figures.ts'
import { emptyAnswer } from '../../../web/chat/turn.ts'
import { HrTurn } from '../../../web/hr-turn.ts'
import { byTestId, mount, must, tokenRecord, wordsOf } from './page-support.ts'

const { step } = tokenRecord()
const records = [
  tokenRecord({ text: 'Paris', probability: 0.95, step: { ...step, stepMs: 300, promptTokens: 12 } }),
  tokenRecord({ text: ' is', probability: 0.6 }),
  tokenRecord({ text: '', name: '\n\n', probability: 0.05 }),
]

async function opened() {
  const element = new HrTurn()
  element.turn = { ...emptyAnswer(), content: 'Paris is', state: 'done' }
  element.tokens = new AnswerTokens(records)
  await mount(element)
  must(must(byTestId(element.renderRoot, 'answer-tokens')).querySelector('summary')).click()
  await expect.poll(() => byTestId(element.renderRoot, 'tokens')).not.toBeNull()
  const list = must(byTestId(element.renderRoot, 'tokens'))
  const said = () => wordsOf(must(byTestId(element.renderRoot, 'token-alternatives')))
  return { list, said, options: [...list.querySelectorAll('[role=option]')] }
}

test('an answer’s tokens stand as it was written, marked by how likely they were', async () => {
  const { options } = await opened()
  expect(options.map(({ textContent }) => textContent)).toEqual(['Paris', ' is', '↵↵'])
  expect(options.map(({ classList }) => classList[0])).toEqual(['sure', 'likely', 'rare'])
  expect(options[1]?.getAttribute('aria-label')).toBe(' is, 60.0%')
})

test('arrow keys and pointing show what else could have come', async () => {
  const { list, said, options } = await opened()
  expect(said()).toBe(
    'Chosen: “Paris”, 95.0%. The likeliest there: Paris 95.0% other 2.5% 12 tokens of the prompt were read before it. Took 300 ms, 144 kB and 62 rounds.',
  )
  list.focus()
  await userEvent.keyboard('{ArrowRight}')
  await expect.poll(said).toContain('Chosen: “ is”, 60.0%')
  expect(said()).toContain('Took 20 ms, 144 kB and 62 rounds.')
  expect(list.getAttribute('aria-activedescendant')).toBe(options[1]?.id)
  must(options[2]).dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }))
  await expect.poll(said).toContain('Chosen: “↵↵”, 5.0%')
})

test('nothing is offered where nothing is known of the tokens', async () => {
  const element = new HrTurn()
  element.turn = { ...emptyAnswer(), content: 'Paris', state: 'done' }
  await mount(element)
  expect(byTestId(element.renderRoot, 'answer-tokens')).toBeNull()
})

test('live figures are those of the tokens so far, and begin with the first', async () => {
  const tokens = new AnswerTokens()
  const figures = new HrLiveFigures()
  figures.tokens = tokens
  document.body.append(figures)
  expect(wordsOf(figures)).toBe('')
  tokens.add([records[0]!])
  tokens.add([records[1]!])
  await expect
    .poll(() => wordsOf(figures))
    .toMatch(/^50\.0 tokens\/s first after [\d.]+ m?s 2 tokens 144 kB a token 62 rounds a token$/)
  figures.remove()
})
