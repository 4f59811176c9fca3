// A lane port over an RTCDataChannel, on the main thread or, where channels can be transferred, in the engine worker.
import { WHOLE_MESSAGE_BYTES } from './frame.ts'
import type { LanePort, LanePortHandlers } from './lane-port.ts'

/** Above this much in the channel's own queue senders wait; Chromium closes a channel at 16 MiB. */
export const HIGH_WATER_BYTES = 256 * 1024
/** Senders go on when the queue has fallen to this. */
export const LOW_WATER_BYTES = 64 * 1024

/** Frames of an open or still opening channel; call `start` in the task that received the channel, or messages are lost. */
export function rtcLanePort(channel: RTCDataChannel, maxFrameBytes: number): LanePort {
  // send() copies, so one buffer serves every frame.
  const scratch = new Uint8Array(Math.max(maxFrameBytes, WHOLE_MESSAGE_BYTES))
  channel.binaryType = 'arraybuffer'
  channel.bufferedAmountLowThreshold = LOW_WATER_BYTES
  return {
    maxFrameBytes,
    get writable() {
      return channel.readyState === 'open' && channel.bufferedAmount < HIGH_WATER_BYTES
    },
    get queuedBytes() {
      return channel.bufferedAmount
    },
    allocate: (byteLength) => scratch.subarray(0, byteLength),
    send: (frame) => channel.send(frame),
    start(handlers: LanePortHandlers) {
      channel.onmessage = ({ data }: MessageEvent<unknown>) => {
        // A text message is no frame: zero bytes are refused by the parser like any other garbage.
        handlers.onFrame(data instanceof ArrayBuffer ? data : new ArrayBuffer(0))
      }
      channel.onbufferedamountlow = () => handlers.onDrain()
      channel.onopen = () => handlers.onDrain()
      channel.onclose = () => handlers.onClose(new Error('The data channel closed.'))
      channel.onerror = (event) => handlers.onClose(event.error)
      if (channel.readyState === 'closed')
        queueMicrotask(() => handlers.onClose(new Error('The data channel is closed.')))
    },
    close() {
      channel.onmessage = channel.onbufferedamountlow = channel.onopen = channel.onclose = channel.onerror = null
      channel.close()
    },
  }
}
