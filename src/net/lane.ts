// The lane: what a collective needs from the network. Implementations live beside this file; `MessagePort` for workers of one tab,
// RTCDataChannel between devices.

/** Names one message between two ranks. Slot 0 carries the step itself, slots 1.. the collectives of that step in order. */
export interface FrameKey {
  epoch: number
  step: number
  slot: number
}

/** One peer's binary channel. Messages are matched by key, not by order of arrival. */
export interface Lane {
  /** The peer's device id, for error messages. */
  readonly peerId: string
  /** Resolves when the transport has taken the bytes. Rejects `lane-stalled` when it takes none for too long, `peer-lost` when closed. */
  send(key: FrameKey, payload: Uint8Array): Promise<void>
  /** The message with this key, whenever it came. Rejects on close, abort, or an epoch that has passed. One receiver per key. */
  receive(key: FrameKey, signal?: AbortSignal): Promise<Uint8Array>
  /** Frames and receivers of earlier epochs are dropped from here on. */
  setEpoch(epoch: number): void
  /** Payload and header bytes sent so far. */
  readonly bytesSent: number
  /** Payload and header bytes received so far. */
  readonly bytesReceived: number
  close(reason?: unknown): void
}
