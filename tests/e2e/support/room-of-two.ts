import { deviceRows, joinByHand, loadByHand, startRoomByHand } from './people.ts'
import { expect, type Stage } from './stage.ts'

/** Two people in a room whose model is loaded. */
export async function roomOfTwo(stage: Stage) {
  const site = await stage.serve()
  const leader = await stage.visit(site.url)
  const link = await startRoomByHand(leader)
  const guest = await stage.visit(link)
  await joinByHand(guest)
  await expect(deviceRows(leader)).toHaveCount(2)
  await loadByHand(leader, 2)
  return { site, leader, guest, link }
}
