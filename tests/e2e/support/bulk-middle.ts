// Somebody in the middle of a page's bulk channels: between the real channel and the engine, which takes it for a main thread that relays.
// It passes everything on, may change what the page's engine answers, and sends words of its own.
import type { Page } from '@playwright/test'

/** Answers to requests from this id on are for the one in the middle. */
export const OWN_ID = 1_000_000

interface BulkMiddle {
  /** As UTF-8 after the frame's first byte, over the newest channel. */
  say(words: unknown): void
  /** Words that came from the other device, those of the engine's own requests included. */
  heard: { kind: string; id: number; error?: { code: string; message: string } }[]
  /** What the page's engine asked the other device for. */
  asked: { kind: string; request?: { etag: string } }[]
  closed: boolean
}

declare global {
  var bulkMiddle: BulkMiddle | undefined
}

/** Call it before the page is in a room. `falsifies`: every answer that leaves the page has another digest. */
export async function standInTheMiddle(page: Page, { falsifies = false } = {}): Promise<void> {
  await page.evaluate(
    ([falsify, firstOwnId]) => {
      const words = (frame: ArrayBuffer) =>
        new Uint8Array(frame)[0] === 1 ? JSON.parse(new TextDecoder().decode(new Uint8Array(frame, 1))) : null
      const frameOf = (said: unknown) => {
        const text = new TextEncoder().encode(JSON.stringify(said))
        const frame = new Uint8Array(1 + text.length)
        frame[0] = 1
        frame.set(text, 1)
        return frame.buffer
      }
      const changed = (frame: ArrayBuffer) => {
        const said = words(frame)
        return falsify && said?.kind === 'answer' ? frameOf({ ...said, head: { sha256: '0'.repeat(64) } }) : frame
      }
      const relay = (channel: RTCDataChannel): MessagePort => {
        const { port1, port2 } = new MessageChannel()
        const middle: BulkMiddle = { say: (said) => channel.send(frameOf(said)), heard: [], asked: [], closed: false }
        globalThis.bulkMiddle = middle
        const early: ArrayBuffer[] = []
        let taken = 0
        channel.binaryType = 'arraybuffer'
        channel.onopen = () => {
          for (const frame of early.splice(0)) channel.send(frame)
        }
        channel.onclose = () => {
          middle.closed = true
          port1.postMessage('close')
        }
        channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
          const said = words(data)
          if (said) middle.heard.push(said)
          const id = said?.id ?? new DataView(data).getUint32(4, true)
          if (id < firstOwnId) port1.postMessage(data, [data])
        }
        port1.onmessage = ({ data }: MessageEvent<unknown>) => {
          if (data === 'close') channel.close()
          if (!(data instanceof ArrayBuffer)) return
          taken += data.byteLength
          const frame = changed(data)
          const said = words(data)
          if (said?.kind === 'ask') middle.asked.push(said)
          if (channel.readyState === 'open') channel.send(frame)
          else early.push(frame)
          port1.postMessage(taken)
        }
        return port2
      }
      const post = Worker.prototype.postMessage
      Worker.prototype.postMessage = function (message, transfer) {
        if (message?.kind !== 'channel' || message.use !== 'bulk') return post.call(this, message, transfer as never)
        const port = relay(message.endpoint.channel)
        return post.call(this, { ...message, endpoint: { kind: 'relay', port } }, [port] as never)
      }
    },
    [falsifies, OWN_ID] as const,
  )
}

export function say(page: Page, words: unknown, times = 1): Promise<void> {
  return page.evaluate(
    ([said, count]) => {
      for (let i = 0; i < count; i++) globalThis.bulkMiddle?.say(said)
    },
    [words, times] as const,
  )
}

/** The refusal of request `id`, when it has come. */
export async function refusalOf(page: Page, id: number): Promise<{ code: string; message: string }> {
  const found = await page.waitForFunction(
    (wanted) => globalThis.bulkMiddle?.heard.find((words) => words.kind === 'refused' && words.id === wanted)?.error,
    id,
  )
  return (await found.jsonValue()) as { code: string; message: string }
}

export async function waitUntilClosed(page: Page): Promise<void> {
  await page.waitForFunction(() => globalThis.bulkMiddle?.closed === true)
}
