// A lane port in a test's hands: it keeps what is sent, and the test decides what arrives, when, and how often.
import type { LanePort, LanePortHandlers } from '../../../src/net/lane-port.ts'

export class ManualPort implements LanePort {
  readonly maxFrameBytes: number
  readonly sent: ArrayBuffer[] = []
  writable = true
  queuedBytes = 0
  closed = false
  handlers: LanePortHandlers | null = null

  constructor(maxFrameBytes = 1152) {
    this.maxFrameBytes = maxFrameBytes
  }

  allocate(byteLength: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(byteLength)
  }

  send(frame: Uint8Array<ArrayBuffer>): void {
    this.sent.push(frame.buffer)
  }

  start(handlers: LanePortHandlers): void {
    this.handlers = handlers
  }

  close(): void {
    this.closed = true
  }
}
