// A leader whose page is of another version: on its way out the number in its first words becomes an old one.
import type { Page } from '@playwright/test'
import { startRoomByHand } from './people.ts'
import { expect, type Stage } from './stage.ts'

/** A guest that has read why it cannot join. */
export async function refusedGuest(stage: Stage): Promise<Page> {
  const site = await stage.serve()
  const leader = await stage.visit(site.url)
  const link = await startRoomByHand(leader)
  await speakOldVersion(leader)
  const guest = await stage.visit(link)
  await guest.getByTestId('join').click()
  await expect(guest.getByTestId('parted')).toContainText('different versions')
  return guest
}

async function speakOldVersion(leader: Page): Promise<void> {
  await leader.evaluate(() => {
    const send = RTCDataChannel.prototype.send as (data: ArrayBufferView<ArrayBuffer>) => void
    RTCDataChannel.prototype.send = function (data: unknown) {
      const bytes = data as ArrayBufferView<ArrayBuffer>
      const text = new TextDecoder('latin1').decode(bytes)
      const isFirst = text.includes('"kind":"welcome"')
      send.call(this, isFirst ? new TextEncoder().encode(text.replace(/"version":\d+/, '"version":1')) : bytes)
    }
  })
}
