// A device with a slow link, so that an answer is still on its way while a test, on however slow a machine, looks at it and stops it.
import type { Page } from '@playwright/test'

declare global {
  var laneDelayMs: number | undefined
}

/** All that the engine of this page sends over lanes waits so long before it goes out, each after the one before; call what it resolves with to end that. */
export async function slowLane(page: Page, delayMs = 10): Promise<() => Promise<void>> {
  const [engine] = page.workers().filter((worker) => worker.url().includes('engine-worker'))
  await engine!.evaluate((ms) => {
    globalThis.laneDelayMs = ms
    const send = RTCDataChannel.prototype.send
    let before = Promise.resolve()
    RTCDataChannel.prototype.send = function (this: RTCDataChannel, frame: Uint8Array<ArrayBuffer>) {
      const copy = frame.slice()
      before = before.then(async () => {
        if (globalThis.laneDelayMs) await new Promise((resolve) => setTimeout(resolve, globalThis.laneDelayMs))
        if (this.readyState === 'open') send.call(this, copy)
      })
    } as typeof send
  }, delayMs)
  return () =>
    engine!.evaluate(() => {
      globalThis.laneDelayMs = 0
    })
}
