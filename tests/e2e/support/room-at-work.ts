// What a room tells of its work after an answer, against the plan and the figures that it stands on.
import type { Page } from '@playwright/test'
import { answers, textOf } from './people.ts'
import { view } from './script.ts'
import { expect } from './stage.ts'

/** In a room of two with an answer: the map names the plan's ranges, every step's parts add up, and tokens tell how likely they were. */
export async function showsItsWork(leader: Page, guest: Page): Promise<void> {
  await expect.poll(async () => (await view(leader)).steps.length).toBeGreaterThan(0)
  const { plan, steps, devices } = await view(leader)
  const [attention] = plan?.sublayers ?? []
  if (!plan || attention?.kind !== 'attention') throw new Error('There is no plan.')
  const { start, end } = attention.ranks[1]!.queryHeads
  const area = leader.locator('hr-shard-map [data-part=attention][data-rank="1"]')
  await expect(area).toHaveAttribute(
    'aria-label',
    new RegExp(`attention heads? ${start}(–${end - 1})? of \\d+, layers 0–\\d+`),
  )
  await area.hover()
  await expect(leader.getByTestId('shard-map-said')).toHaveText((await area.getAttribute('aria-label')) ?? '')

  for (const { stepMs, bytes, rounds, promptTokens, devices: times } of steps) {
    expect(times.map(({ deviceId }) => deviceId)).toEqual(devices.map(({ deviceId }) => deviceId))
    expect(bytes).toBeGreaterThan(0)
    // A long prompt is read in several steps.
    if (promptTokens === null) expect(rounds).toBe(plan.sublayers.length + 2)
    else expect(rounds).toBeGreaterThanOrEqual(plan.sublayers.length + 2)
    for (const { computeMs, transferMs, waitMs } of times) {
      expect(computeMs).toBeGreaterThan(0)
      expect(computeMs + (transferMs ?? 0) + waitMs).toBeCloseTo(stepMs, 3)
    }
  }
  await expect(leader.getByTestId('hold-up')).toHaveText(/[\d.]+ ms/)
  await expect.poll(async () => (await view(guest)).steps.length).toBeGreaterThan(0)

  await leader.getByTestId('answer-tokens').locator('summary').click()
  const tokens = leader.getByTestId('tokens').getByRole('option')
  await expect(tokens.first()).toBeVisible()
  const [first] = await tokens.allTextContents()
  expect(await textOf(answers(leader))).toContain(first?.trim())
  await tokens.nth(1).click()
  await expect(leader.getByTestId('token-alternatives')).toHaveText(/Chosen: “.+”, [\d.]+%/)
}
