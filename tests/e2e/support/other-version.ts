// A leader whose page is of another version: on its way out the number in its first words becomes an old one.
import type { Page } from '@playwright/test'

/** Call it before a guest joins. */
export async function speakOldVersion(leader: Page): Promise<void> {
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
