// People in a room whose model is loaded, all of it by hand.
import type { Page } from '@playwright/test'
import { deviceRows, joinByHand, loadByHand, startRoomByHand } from './people.ts'
import type { Site, SiteOptions } from './site.ts'
import { expect, type Stage } from './stage.ts'

export interface LoadedRoomOptions extends SiteOptions {
  /** Two unless given, the leader's among them. */
  devices?: number
  /** Options of the leader's address, e.g. `shares=1,1`. */
  query?: string
}

export interface LoadedRoom {
  site: Site
  leader: Page
  /** The first of `guests`. */
  guest: Page
  guests: readonly Page[]
  link: string
}

export async function loadedRoom(
  stage: Stage,
  { devices = 2, query = '', ...options }: LoadedRoomOptions = {},
): Promise<LoadedRoom> {
  const site = await stage.serve(options)
  const leader = await stage.visit(`${site.url}?${query}`)
  const link = await startRoomByHand(leader)
  const guests: Page[] = []
  for (let others = 1; others < devices; others++) {
    const guest = await stage.visit(link)
    await joinByHand(guest)
    guests.push(guest)
  }
  await expect(deviceRows(leader)).toHaveCount(devices)
  await loadByHand(leader, devices)
  return { site, leader, guest: guests[0]!, guests, link }
}
