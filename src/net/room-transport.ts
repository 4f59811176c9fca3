// What a room needs of whoever introduces its members to each other: carry sealed strings, say who is there. The signaling server's
// client is one; an adapter for another rendezvous service would be a second and carry the same strings. None of it is believed.
import type { Emitter } from '../base/emitter.ts'
import type { HeadroomError } from '../base/errors.ts'
import type { IceServer } from './signaling-protocol.ts'

export interface TransportEvents {
  /** The room is entered, again after every outage. */
  joined: { otherCount: number; iceServers: readonly IceServer[] }
  /** Someone else entered. */
  'member-joined': undefined
  /** Sealed by some member, or made up. */
  message: string
  /** An outage began (`signaling-down`); the transport keeps trying and says `joined` when it is over. */
  down: HeadroomError
  /** The room cannot be entered; nothing more will come. */
  refused: HeadroomError
}

export interface RoomTransport {
  readonly events: Emitter<TransportEvents>
  open(roomId: string): void
  /** To every other member. Lost during an outage: whoever waits for an answer asks again at `joined`. */
  send(seal: string): void
  /** For whoever holds the room's link and has not entered: the newest stands while this device is in the room. */
  showSign(seal: string): void
  /** During an outage: does not wait for its next try. Resolves when this one has come to something, be it `joined` or nothing. */
  tryNow(): Promise<void>
  close(): void
}
