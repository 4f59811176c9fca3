// What people do with the page and what they see of it, by the names its elements have for tests and for assistive software.
import { expect, type Locator, type Page } from '@playwright/test'

/** Presses "Start a room"; resolves with the link that the page shows. */
export async function startRoomByHand(page: Page): Promise<string> {
  await page.getByTestId('start-room').click()
  const link = page.getByTestId('room-link')
  await expect(link).toHaveValue(/#\/room\/[\w-]{22}$/)
  return link.inputValue()
}

/** One tap on a page that was opened by a room's link. */
export async function joinByHand(page: Page): Promise<void> {
  await page.getByTestId('join').click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are in the room')
}

/** The rows of the device list. */
export function deviceRows(page: Page): Locator {
  return page.locator('hr-devices li')
}

/** Until so many devices of the leader's list are ready, and no others are there. */
export function allReady(leader: Page, devices: number): Promise<void> {
  const ready = Array.from({ length: devices }, () => 'Ready')
  return expect(deviceRows(leader).getByTestId('device-status')).toHaveText(ready)
}

/** Loads what the page offers first and waits until every device in the list is ready. */
export async function loadByHand(leader: Page, devices: number): Promise<void> {
  await leader.getByTestId('load-model').click()
  await allReady(leader, devices)
  // A phone shows the chat then, and the room's model is in the other tab.
  await expect(leader.getByTestId('model')).toHaveCount(1)
}

/** From now on this leader's answers end after twelve tokens, each drawn as `preset` says where one is given. */
export async function limitAnswers(leader: Page, preset?: 'inventive'): Promise<void> {
  await leader.getByTestId('settings').click()
  await leader.getByTestId('maxTokens').fill('12')
  await leader.getByTestId('maxTokens').press('Enter')
  if (preset) await leader.getByTestId(`preset-${preset}`).click()
  await leader.keyboard.press('Escape')
  await expect(leader.getByTestId('settings-drawer')).toBeHidden()
}

export async function ask(leader: Page, text: string): Promise<void> {
  await leader.getByTestId('prompt').fill(text)
  await leader.getByTestId('send').click()
}

/** The answers of the conversation, oldest first. */
export function answers(leader: Page): Locator {
  return leader.getByTestId('answer')
}

/** Presses a button that asks once more, and says yes. */
export async function confirm(button: Locator): Promise<void> {
  await button.getByRole('button').first().click()
  await button.getByRole('button').first().click()
}

export async function textOf(element: Locator): Promise<string> {
  return (await element.textContent()) ?? ''
}
