// A guest's side of a room: one link to the leader, found again when it is lost.
import { Emitter } from '../base/emitter.ts'
import { type ErrorData, HeadroomError, toErrorData } from '../base/errors.ts'
import type { PeerLink } from '../net/peer-link.ts'
import type { Room } from '../net/room.ts'
import type { MemberMessage } from './control-protocol.ts'
import { Member } from './member.ts'
import type { OwnDevice } from './own-device.ts'

const goodbyeMs = 200

const overWords = {
  removed: new HeadroomError('room-ended', 'The leader removed this device from the room.'),
  ended: new HeadroomError('room-ended', 'The leader ended the room. The chat stays on the leader’s device.'),
  version: new HeadroomError('version-mismatch', 'This page and the leader’s are of different versions. Reload both.'),
}

export interface GuestSessionEvents {
  change: undefined
  notice: ErrorData
  /** This device is out of the room for good; the error says why. */
  over: HeadroomError
}

export class GuestSession extends Emitter<GuestSessionEvents> {
  #link: PeerLink | null = null
  #member: Member | null = null
  readonly #room: Room
  readonly #device: OwnDevice
  readonly #baseUrl: string

  /** Takes over `room` and closes it in the end. */
  constructor(room: Room, device: OwnDevice, baseUrl: string) {
    super()
    this.#room = room
    this.#device = device
    this.#baseUrl = baseUrl
    room.events.on('peer', (link) => this.#onLeader(link))
    room.events.on('peer-lost', ({ link }) => this.#onLost(link))
  }

  /** The leader, while connected. */
  get link(): PeerLink | null {
    return this.#link
  }

  get member(): Member | null {
    return this.#member
  }

  /** Resolves when the leader is connected; rejects with the first error before that, and the room is left. */
  async connected(): Promise<void> {
    if (this.#link) return
    try {
      await new Promise<void>((resolve, reject) => {
        this.#room.events.on('peer', () => resolve())
        this.#room.events.on('error', reject)
      })
    } catch (error) {
      this.#room.close()
      throw error
    }
  }

  async leave(): Promise<void> {
    if (this.#link?.connected) {
      this.#tell(this.#link, { kind: 'leaving' })
      await new Promise((resolve) => setTimeout(resolve, goodbyeMs))
    }
    this.#close()
  }

  #onLeader(link: PeerLink): void {
    const member = new Member({
      device: this.#device,
      baseUrl: this.#baseUrl,
      leaderId: link.peerId,
      send: (message) => this.#tell(link, message),
    })
    this.#link = link
    this.#member = member
    member.on('change', () => this.emit('change', undefined))
    member.on('over', ({ reason }) => {
      this.emit('over', overWords[reason])
      this.#close()
    })
    link.events.on('message', (data) => {
      try {
        member.receive(data)
      } catch (error) {
        this.emit('notice', toErrorData(error))
      }
    })
    member.greet()
    this.emit('change', undefined)
  }

  #onLost(link: PeerLink): void {
    if (this.#link !== link) return
    this.#link = null
    this.#rest()
    this.emit('change', undefined)
  }

  /** What cannot be sent is no failure here: the connection says itself that it is lost. */
  #tell(link: PeerLink, message: MemberMessage): void {
    try {
      if (link.connected) link.send(message)
    } catch (error) {
      this.emit('notice', toErrorData(error))
    }
  }

  /** Nobody asks for this device any more. */
  #rest(): void {
    this.#device.stopSurvey()
    this.#device.engine.cancel()
  }

  #close(): void {
    this.#rest()
    this.#device.engine.unload()
    this.#room.close()
    this.#link = null
    this.clear()
  }
}
