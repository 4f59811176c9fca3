// The main thread's pipe between a data channel and the engine worker, for browsers that cannot transfer channels. It speaks the
// protocol of `message-lane-port.ts` towards the worker and parses nothing.
import { MAX_WAITING_BYTES } from './inbox.ts'
import { ACKNOWLEDGE_BYTES, CLOSE } from './message-lane-port.ts'
import { HIGH_WATER_BYTES, LOW_WATER_BYTES } from './rtc-lane-port.ts'

/** The worker's end, to be transferred; open it with the frames of the channel. Either side's close closes the other. */
export function relayChannel(channel: RTCDataChannel): MessagePort {
  const { port1: port, port2: workerPort } = new MessageChannel()
  /** From the worker before the channel opened; at most the worker's window, because only what was sent on is acknowledged. */
  const early: ArrayBuffer[] = []
  let taken = 0
  let takenAcknowledged = 0
  let forwarded = 0
  let forwardedAcknowledged = 0
  channel.binaryType = 'arraybuffer'
  channel.bufferedAmountLowThreshold = LOW_WATER_BYTES

  /** What the worker may send next waits for the channel: an unacknowledged window stops it. */
  function acknowledge(): void {
    if (taken - takenAcknowledged < ACKNOWLEDGE_BYTES || channel.bufferedAmount >= HIGH_WATER_BYTES) return
    takenAcknowledged = taken
    port.postMessage(taken)
  }

  function close(): void {
    channel.onmessage = channel.onopen = channel.onclose = channel.onerror = channel.onbufferedamountlow = null
    port.onmessage = null
    port.postMessage(CLOSE)
    port.close()
    channel.close()
  }

  function sendOn(frame: ArrayBuffer): void {
    try {
      channel.send(frame)
    } catch (error) {
      console.warn('The lane relay closes:', error)
      close()
      return
    }
    taken += frame.byteLength
    acknowledge()
  }

  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data instanceof ArrayBuffer) {
      if (channel.readyState === 'connecting') early.push(data)
      else sendOn(data)
    } else if (typeof data === 'number') {
      forwardedAcknowledged = data
    } else {
      close()
    }
  }
  channel.onopen = () => {
    for (const frame of early.splice(0)) sendOn(frame)
  }
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    const frame = data instanceof ArrayBuffer ? data : new ArrayBuffer(0)
    forwarded += frame.byteLength
    if (forwarded - forwardedAcknowledged > MAX_WAITING_BYTES) {
      close()
      return
    }
    port.postMessage(frame, [frame])
  }
  channel.onbufferedamountlow = acknowledge
  channel.onclose = channel.onerror = close
  return workerPort
}
