// A room driven through the page's own interface for scripts, for tests that are not about what people see.
import type { Page } from '@playwright/test'
import type { InferenceRequest, InferResult, RoomView } from '../../../src/index.ts'
import { call } from '../../../tools/browser-room.ts'
import type { Site } from './site.ts'
import type { Stage } from './stage.ts'

export interface FormRoomOptions {
  tabs: number
  /** Options of the page's address, e.g. `weights=f32&shares=2,1`. */
  query?: string
}

/** Resolves with the tabs, the leader first, when all have introduced themselves; nothing is loaded. */
export async function formRoom(
  stage: Stage,
  site: Site,
  { tabs, query = '' }: FormRoomOptions,
): Promise<[Page, ...Page[]]> {
  const visits = Array.from({ length: tabs }, () => stage.visit(`${site.url}?${query}#/`))
  const [leader, ...guests] = (await Promise.all(visits)) as [Page, ...Page[]]
  const link = await startRoom(leader)
  await Promise.all(guests.map((guest) => join(guest, link)))
  await waitForDevices(leader, tabs)
  return [leader, ...guests]
}

export function startRoom(leader: Page): Promise<string> {
  return call(() => leader.evaluate(() => globalThis.headroom!.startRoom()))
}

export function join(guest: Page, link: string): Promise<void> {
  return call(() => guest.evaluate((to) => globalThis.headroom!.joinRoom(to), link))
}

/** Until so many devices of the leader's room have introduced themselves. */
export async function waitForDevices(leader: Page, count: number): Promise<void> {
  await leader.waitForFunction(
    (wanted) => globalThis.headroom!.view.devices.filter(({ profile }) => profile).length === wanted,
    count,
  )
}

export async function waitForState(page: Page, kind: RoomView['state']['kind']): Promise<void> {
  await page.waitForFunction((wanted) => globalThis.headroom!.view.state.kind === wanted, kind)
}

export function load(leader: Page, model: string): Promise<void> {
  return call(() => leader.evaluate((id) => globalThis.headroom!.loadModel(id), model))
}

export function view(page: Page): Promise<RoomView> {
  return page.evaluate(() => globalThis.headroom!.view)
}

/** Greedy unless asked otherwise. Rejects with the page's own `HeadroomError`. */
export function infer(
  leader: Page,
  request: Pick<InferenceRequest, 'model' | 'input' | 'maxTokens' | 'ignoreEos'>,
): Promise<InferResult> {
  return call(() =>
    leader.evaluate(async (asked) => {
      const result = await globalThis.headroom!.processInference({ sampling: { temperature: 0 }, ...asked })
      if (result.kind === 'generated') return result
      throw new Error('The model embeds text.')
    }, request),
  )
}
