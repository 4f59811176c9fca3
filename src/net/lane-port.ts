// What a lane needs of a transport: whole frames in both directions, a sign of being full, and a close that is always noticed.
// Two kinds: `rtcLanePort` between devices, `messageLanePort` between workers of one tab.

/** Set once, right after opening the port; called from the transport's own tasks. */
export interface LanePortHandlers {
  onFrame(frame: ArrayBuffer): void
  /** The port is writable again. */
  onDrain(): void
  /** The other side closed, or the transport failed. Called at most once, never after `close()`. */
  onClose(error: unknown): void
}

export interface LanePort {
  /** The largest frame of a cut message; the same on both ends. A whole message may be longer, see `frame.ts`. */
  readonly maxFrameBytes: number
  /** False while so much is queued that further frames should wait for `onDrain`. */
  readonly writable: boolean
  /** Bytes the transport took and has not passed on yet. */
  readonly queuedBytes: number
  /** Room for one frame, to be filled and given to `send` before the next call. */
  allocate(byteLength: number): Uint8Array<ArrayBuffer>
  /** Takes the bytes of `allocate`; throws when the transport is closed or full. */
  send(frame: Uint8Array<ArrayBuffer>): void
  start(handlers: LanePortHandlers): void
  /** Frames sent before are still delivered where the transport can. */
  close(): void
}
