// What carries a link's control messages: a WebRTC channel, or the server where a device has none.

/** Byte strings between two devices: in order and each once, or the wire is gone. */
export interface Wire {
  /** Of what was sent, how much is still here. */
  readonly bufferedBytes: number
  /** Something of the other side's `sendSignal`. Throws `bad-message` where it is none. */
  signal(data: unknown): void
  /** Throws where the wire is gone. */
  send(bytes: Uint8Array<ArrayBuffer>): void
  /** `onGone` may follow. */
  close(): void
}

export interface WireEvents {
  onOpen(): void
  onData(data: unknown): void
  /** `cause` is undefined where none is known. */
  onGone(cause: unknown): void
}
