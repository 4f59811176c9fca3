// How much of long messages may be on its way to the peer's hands. A browser passes packets to its network process 64 KiB at a time and
// drops what SCTP sends beyond that (`packetsDiscardedOnSend` in `getStats`); on a busy machine a message of 2 MB lost 155 to 568
// packets, which SCTP then repaired ten a second, and the heartbeat, behind them, was missed: 3 of 4 rooms of three tabs lost a device.
// So the receiver says what it has taken, and the sender waits for that. Short messages, those of single tokens, wait for nobody.
//
// An acknowledgement: 0 magic u8 · 1 version u8 · 2 zero u16 · 4 frames of long messages taken so far u32 little-endian, modulo 2^32
import { HeadroomError } from '../base/errors.ts'

/** A message of more frames than this is long: 36 KB between devices. */
export const LONG_MESSAGE_FRAMES = 32
/** 46 KB between devices, and room below the 64 KiB for headers and the heartbeat. */
export const WINDOW_FRAMES = 40
/** The receiver acknowledges every so many frames. */
const ACKNOWLEDGE_FRAMES = 8

export const ACKNOWLEDGEMENT_BYTES = 8
const MAGIC = 0x41
const VERSION = 1

export class FrameWindow {
  #sent = 0
  #acknowledged = 0
  #taken = 0

  /** May a frame of a message of so many frames go now? */
  open(chunkCount: number): boolean {
    return chunkCount <= LONG_MESSAGE_FRAMES || this.#sent - this.#acknowledged < WINDOW_FRAMES
  }

  sent(chunkCount: number): void {
    if (chunkCount > LONG_MESSAGE_FRAMES) this.#sent++
  }

  /** Counts an arrived frame; true where the peer is to be told. */
  taken(chunkCount: number): boolean {
    if (chunkCount <= LONG_MESSAGE_FRAMES) return false
    this.#taken++
    return this.#taken % ACKNOWLEDGE_FRAMES === 0
  }

  /** `bytes` are `ACKNOWLEDGEMENT_BYTES` long. */
  writeAcknowledgement(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, ACKNOWLEDGEMENT_BYTES)
    view.setUint32(0, 0)
    view.setUint8(0, MAGIC)
    view.setUint8(1, VERSION)
    view.setUint32(4, this.#taken >>> 0, true)
  }

  /** Takes what the peer says; late ones change nothing. Throws `bad-message` where it claims to have taken what was never sent. */
  acknowledged(bytes: ArrayBuffer): void {
    const view = new DataView(bytes)
    if (view.getUint8(0) !== MAGIC || view.getUint8(1) !== VERSION || view.getUint16(2) !== 0)
      throw refuse('its first bytes are no acknowledgement’s')
    const more = (view.getUint32(4, true) - this.#acknowledged) | 0
    if (more > this.#sent - this.#acknowledged) throw refuse(`it acknowledges ${more} frames more than were sent`)
    if (more > 0) this.#acknowledged += more
  }
}

function refuse(why: string): HeadroomError {
  return new HeadroomError(
    'bad-message',
    `A garbage frame came over the lane: ${why}. Update all devices to one version.`,
  )
}
