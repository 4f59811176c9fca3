import { expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { planShards, type RoomView, type StepFigures } from '../../../src/index.ts'
import { HrRoomAtWork } from '../../../web/hr-room-at-work.ts'
import { HrShardMap } from '../../../web/room-work/hr-shard-map.ts'
import { HrTokenTimeline } from '../../../web/room-work/hr-token-timeline.ts'
import { blockFormats, device, smollm2 } from '../../support/plan-models.ts'
import {
  byTestId,
  deviceView,
  leaderDevice,
  mount,
  must,
  readyView,
  roomView,
  settled,
  wordsOf,
} from './page-support.ts'

function planOf(shares: readonly number[], deviceIds: readonly string[] = ['laptop', 'pixel']) {
  const options = { modelId: 'small', epoch: 1, formats: blockFormats(smollm2, 'int8'), contextLength: 128, shares }
  const profiles = shares.map((_, index) => ({
    ...device(index, 4e9, 1e9),
    deviceId: deviceIds[index] ?? `device-${index}`,
  }))
  return planShards(smollm2, profiles, options)
}

const step = (pixelMs: number): StepFigures => ({
  stepMs: pixelMs + 5,
  promptTokens: null,
  bytes: 143_980,
  rounds: 62,
  devices: [
    { deviceId: 'laptop', computeMs: 8, transferMs: 1, waitMs: pixelMs - 4 },
    { deviceId: 'pixel', computeMs: pixelMs, transferMs: 4, waitMs: 1 },
  ],
})

const devices = [leaderDevice, deviceView()]

async function showMap(shares: readonly number[]) {
  const element = new HrShardMap()
  element.style.width = '340px'
  element.plan = planOf(shares)
  element.devices = devices
  const { element: map } = await mount(element)
  return { map, areas: () => [...map.renderRoot.querySelectorAll<SVGGElement>('.area')] }
}

const boxOf = (area: SVGGElement) => must(area.querySelector('rect')).getBoundingClientRect()

test('areas are as wide as the shares, and pointing at one names device, range, layers and bytes', async () => {
  const { map, areas } = await showMap([2, 1])
  const [first, second] = areas().filter(({ dataset }) => dataset.part === 'attention')
  expect(boxOf(must(first)).width / boxOf(must(second)).width).toBeCloseTo(2, 1)
  const said = must(byTestId(map.renderRoot, 'shard-map-said'))
  expect(said.textContent).toContain('Point at an area')
  must(second).dispatchEvent(new PointerEvent('pointermove'))
  await map.updateComplete
  expect(said.textContent).toMatch(/^Pixel 9, Chrome: attention heads 6–8 of 9, layers 0–29, [\d.]+ MB$/)
  expect(said.textContent).toBe(must(second).getAttribute('aria-label'))
})

test('the map is one stop of the Tab key, and arrows go through its areas', async () => {
  const { map, areas } = await showMap([1, 1])
  const list = must(byTestId(map.renderRoot, 'shard-map'))
  expect(map.renderRoot.querySelectorAll('.map [tabindex]')).toHaveLength(0)
  list.focus()
  await userEvent.keyboard('{ArrowRight}{ArrowRight}')
  await map.updateComplete
  expect(list.getAttribute('aria-activedescendant')).toBe(areas()[2]?.id)
  expect(byTestId(map.renderRoot, 'shard-map-said')?.textContent).toMatch(/^This device: MLP columns 0–767 of 1,536/)
  await userEvent.keyboard('{End}')
  await map.updateComplete
  expect(list.getAttribute('aria-activedescendant')).toBe(areas().at(-1)?.id)
})

test('a new plan moves the same areas, and the table says it too', async () => {
  const { map, areas } = await showMap([1, 1])
  const before = areas()
  map.plan = planOf([2, 1])
  await settled(map)
  expect(areas()).toEqual(before)
  expect(wordsOf(must(byTestId(map.renderRoot, 'shard-table')))).toContain('1 This device attention heads 0–5')
})

test('nine devices of one plan are told apart by numbers and stripes', async () => {
  const { map, areas } = await showMap([1, 1, 1, 1, 1, 1, 1, 1, 1])
  const seventh = must(areas().find(({ dataset }) => dataset.part === 'feedForward' && dataset.rank === '6'))
  expect(seventh.querySelector('.striped')).not.toBeNull()
  expect([...map.renderRoot.querySelectorAll('li text')].map(({ textContent }) => textContent)).toEqual([
    ...'123456789',
  ])
})

async function showTimeline(part: Partial<HrTokenTimeline>) {
  return (await mount(Object.assign(new HrTokenTimeline(), { devices, ...part }))).element
}

test('the timeline says who holds the room up, in a sentence and in a table', async () => {
  const timeline = await showTimeline({ steps: [step(20), step(24)] })
  expect(byTestId(timeline.renderRoot, 'hold-up')?.textContent).toBe(
    'Pixel 9, Chrome holds the room up: it computes 22 ms of the 27 ms that a token takes, while another waits 18 ms.',
  )
  const rows = [...must(byTestId(timeline.renderRoot, 'timeline-table')).querySelectorAll('tbody tr')]
  expect(rows.map(wordsOf)).toEqual(['This device 8.0 ms 1.0 ms 18 ms', 'Pixel 9, Chrome 22 ms 4.0 ms 1.0 ms'])
})

test('the last prompt stands beside the tokens on a scale of its own, and counts in none of their figures', async () => {
  const prompt: StepFigures = { ...step(395), promptTokens: 24 }
  const without = await showTimeline({ steps: [step(20), step(24)] })
  const timeline = await showTimeline({
    steps: [step(395), { ...step(90), promptTokens: 9 }, prompt, step(20), step(24)].slice(1),
  })
  const paths = ({ renderRoot }: HrTokenTimeline) =>
    [...renderRoot.querySelectorAll('path')].map((path) => path.getAttribute('d'))
  expect(paths(timeline)).toEqual(paths(without))
  const shown = must(byTestId(timeline.renderRoot, 'prompt-times'))
  expect(wordsOf(shown)).toContain('the prompt: 24 tokens read in 400 ms.')
  expect(wordsOf(shown)).toContain('Pixel 9, Chrome computes 395 ms on the way 4.0 ms waits 1.0 ms')
  const [, pixel] = [...shown.querySelectorAll('svg')].map(({ children }) =>
    [...children].map((bar) => Number(bar.getAttribute('width'))),
  )
  const width = must(shown.querySelector('svg')).viewBox.baseVal.width
  expect(must(pixel)[0]! / width).toBeCloseTo(395 / 400)

  const first = await showTimeline({ steps: [prompt] })
  expect(wordsOf(first.renderRoot)).toContain('24 tokens read in 400 ms.')
  expect(byTestId(first.renderRoot, 'timeline-table')).toBeNull()
})

test('before the first token there are words instead of bars', async () => {
  const timeline = await showTimeline({ steps: [] })
  expect(wordsOf(timeline.renderRoot)).toBe('Ask the model something: what every token takes is drawn here.')
})

test('the room at work shows itself when there is a plan, and fetches its pictures then', async () => {
  const element = new HrRoomAtWork()
  element.view = roomView()
  await mount(element)
  expect(element.hidden).toBe(true)
  const busy: RoomView = { ...readyView, plan: planOf([1, 1]), steps: [step(12)] }
  element.view = busy
  await expect.poll(() => element.renderRoot.querySelector('hr-shard-map')).not.toBeNull()
  expect(element.hidden).toBe(false)
  expect(element.renderRoot.querySelector('hr-token-timeline')).not.toBeNull()
})
