// A guest that behaves until the leader asks it to compute, and then sends bytes of its own over the real lane. Its page is the real one,
// so it joins, loads and starts like everybody; only the lane's channel is taken away from its engine, which gets a dead one instead.
import type { Page } from '@playwright/test'
import { FRAME_HEADER_BYTES, writeFrameHeader } from '../../../src/net/frame.ts'

export type Attack = 'garbage' | 'wrong-shape'

/** What goes out as rank 2 once the first frame of a step has come; epoch and step are filled in from that frame. */
const attacks: Record<Attack, () => Uint8Array> = {
  garbage: () => Uint8Array.from({ length: 100 }, (_, index) => (index * 89 + 7) % 256),
  'wrong-shape': () => frame({ messageBytes: 4, chunkCount: 1, payloadBytes: 4 }),
}

function frame(options: { messageBytes: number; chunkCount: number; payloadBytes: number }): Uint8Array {
  const { messageBytes, chunkCount, payloadBytes } = options
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + payloadBytes)
  const header = { epoch: 0, step: 0, slot: 1, rank: 2, chunk: 0, chunkCount, messageBytes }
  writeFrameHeader(new DataView(bytes.buffer), header)
  return bytes
}

/** Call it before the page joins a room. */
export async function makeHostile(page: Page, attack: Attack): Promise<void> {
  await page.evaluate((bytes) => {
    const create = RTCPeerConnection.prototype.createDataChannel
    RTCPeerConnection.prototype.createDataChannel = function (label, options) {
      const channel = create.call(this, label, options)
      if (label !== 'lane') return channel
      channel.binaryType = 'arraybuffer'
      channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
        channel.onmessage = null
        const out = Uint8Array.from(bytes)
        // Bytes 4 to 11 of a frame name its epoch and step.
        if (out[0] === new Uint8Array(data)[0]) out.set(new Uint8Array(data, 4, 8), 4)
        channel.send(out)
      }
      return create.call(new RTCPeerConnection(), 'dead lane')
    }
  }, Array.from(attacks[attack]()))
}
