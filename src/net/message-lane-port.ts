// A lane port over a MessagePort, for workers of one tab. A MessagePort has no back-pressure and no certain sign of closing, so three
// kinds of message pass: a frame (ArrayBuffer, transferred), the count of bytes taken so far (number), and 'close'.
import { HeadroomError } from '../base/errors.ts'
import type { LanePort, LanePortHandlers } from './lane-port.ts'

/** The largest frame between workers of one tab: nothing to gain from packets there. */
export const LOCAL_FRAME_BYTES = 256 * 1024
/** Bytes on their way before a sender waits. */
export const WINDOW_BYTES = 1024 * 1024
/** How many bytes are taken before they are acknowledged. */
export const ACKNOWLEDGE_BYTES = WINDOW_BYTES / 4
export const CLOSE = 'close'

/** `maxFrameBytes` must be the same at both ends: the channel's own where the other end of the port is a relay. */
export function messageLanePort(port: MessagePort, maxFrameBytes = LOCAL_FRAME_BYTES): LanePort {
  let sent = 0
  let acknowledged = 0
  let taken = 0
  let takenAcknowledged = 0
  let handlers: LanePortHandlers | null = null

  function finish(error: unknown): void {
    const waiting = handlers
    close()
    waiting?.onClose(error)
  }

  function close(): void {
    handlers = null
    port.onmessage = null
    port.removeEventListener('close', onPortClose)
    port.close()
  }

  function onPortClose(): void {
    finish(new Error('The other worker is gone.'))
  }

  function onMessage({ data }: MessageEvent<unknown>): void {
    if (data instanceof ArrayBuffer) {
      taken += data.byteLength
      if (taken - takenAcknowledged >= ACKNOWLEDGE_BYTES) {
        takenAcknowledged = taken
        port.postMessage(taken)
      }
      handlers?.onFrame(data)
    } else if (typeof data === 'number' && data > acknowledged && data <= sent) {
      const wasWritable = sent - acknowledged < WINDOW_BYTES
      acknowledged = data
      if (!wasWritable) handlers?.onDrain()
    } else if (data === CLOSE) {
      finish(new Error('The other side closed the lane.'))
    } else {
      finish(new HeadroomError('bad-message', `A lane's port brought ${String(data)}, which is no frame.`))
    }
  }

  return {
    maxFrameBytes,
    get writable() {
      return sent - acknowledged < WINDOW_BYTES
    },
    get queuedBytes() {
      return sent - acknowledged
    },
    allocate: (byteLength) => new Uint8Array(byteLength),
    send(frame) {
      sent += frame.byteLength
      port.postMessage(frame.buffer, [frame.buffer])
    },
    start(given) {
      handlers = given
      port.addEventListener('close', onPortClose)
      port.onmessage = onMessage
    },
    close() {
      port.postMessage(CLOSE)
      close()
    },
  }
}
