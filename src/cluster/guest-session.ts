// A guest's side of a room: one link to the leader, found again when it is lost. A device that cannot compute is a guest too: it has no
// member, reads along and asks.
import { Emitter } from '../base/emitter.ts'
import { type ErrorData, HeadroomError, toErrorData } from '../base/errors.ts'
import type { PeerLink } from '../net/peer-link.ts'
import type { Room } from '../net/room.ts'
import {
  fromPeerError,
  type LeaderMessage,
  type MemberMessage,
  parseLeaderMessage,
  protocolVersion,
} from './control-protocol.ts'
import { GuestTalk } from './guest-talk.ts'
import { Member } from './member.ts'
import type { OwnDevice } from './own-device.ts'
import type { Presence, SessionState } from './session-state.ts'

/** For a last word to leave, also over the server (`net/relay-wire.ts`). */
const goodbyeMs = 350

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

export interface GuestIdentity {
  deviceId: string
  /** For people. */
  name: string
  /** null where this device cannot compute. */
  device: OwnDevice | null
}

export class GuestSession extends Emitter<GuestSessionEvents> {
  readonly identity: GuestIdentity
  readonly talk: GuestTalk
  /** The name of the leader's device; null until it has said it. */
  leaderName: string | null = null
  /** This device's in the room. */
  name: string
  #link: PeerLink | null = null
  #member: Member | null = null
  #paused = false
  #room: { state: SessionState; answers: boolean } = { state: { kind: 'lobby' }, answers: false }
  readonly #connection: Room
  readonly #baseUrl: string

  /** Takes over `connection` and closes it in the end. */
  constructor(connection: Room, identity: GuestIdentity, baseUrl: string) {
    super()
    this.#connection = connection
    this.identity = identity
    this.name = identity.name
    this.talk = new GuestTalk(identity.deviceId)
    this.#baseUrl = baseUrl
    connection.events.on('peer', (link) => this.#onLeader(link))
    connection.events.on('peer-lost', ({ link }) => this.#onLost(link))
  }

  /** The leader, while connected. */
  get link(): PeerLink | null {
    return this.#link
  }

  get member(): Member | null {
    return this.#member
  }

  get presence(): Presence {
    if (!this.identity.device) return 'watching'
    return this.#paused ? 'paused' : 'serving'
  }

  /** Of this device's share while it has one, of the room otherwise. */
  get state(): SessionState {
    const own = this.#member?.state
    return own && own.kind !== 'lobby' ? own : this.#room.state
  }

  /** Does the room's model answer questions, and can the leader be asked now? */
  get canAsk(): boolean {
    return this.#link !== null && this.#room.answers
  }

  /** Resolves when the leader is connected; rejects with the first error before that, and the room is left. */
  async connected(): Promise<void> {
    if (this.#link) return
    try {
      await new Promise<void>((resolve, reject) => {
        this.#connection.events.on('peer', () => resolve())
        this.#connection.events.on('error', reject)
      })
    } catch (error) {
      this.#connection.close()
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

  /** Leaves this device out of the next plan, or lets it in again. Throws `bad-input` where it cannot compute. */
  setPaused(paused: boolean): void {
    if (!this.identity.device) throw new HeadroomError('bad-input', 'This device has no share: it only reads along.')
    this.#paused = paused
    this.#say({ kind: 'pause', paused })
  }

  /** Throws `bad-input` for nothing, too much, or too many at once, `peer-lost` without a leader. */
  ask(text: string): void {
    if (!this.#link) throw new HeadroomError('peer-lost', 'The leader is out of reach. Ask again when it is back.')
    this.#say(this.talk.ask(text))
  }

  withdraw(questionId: string): void {
    this.#say(this.talk.withdraw(questionId))
  }

  #onLeader(link: PeerLink): void {
    const { device, name } = this.identity
    this.#link = link
    this.#member = device && this.#newMember(device, link)
    link.events.on('message', (data) => {
      try {
        this.#receive(parseLeaderMessage(data))
      } catch (error) {
        this.emit('notice', toErrorData(error))
      }
    })
    const profile = device?.profile ?? null
    this.#say({ kind: 'hello', version: protocolVersion, name, profile, paused: this.#paused })
    for (const question of this.talk.askAgain()) this.#say(question)
  }

  #newMember(device: OwnDevice, link: PeerLink): Member {
    const send = (message: MemberMessage) => this.#tell(link, message)
    const member = new Member({ device, baseUrl: this.#baseUrl, leaderId: link.peerId, send })
    member.on('change', () => this.emit('change', undefined))
    return member
  }

  #receive(message: LeaderMessage): void {
    this.#member?.receive(message)
    switch (message.kind) {
      case 'welcome':
        if (message.version !== protocolVersion) this.#end('version')
        this.leaderName = message.name ?? null
        break
      case 'named':
        this.name = message.name
        break
      case 'room':
        this.#room = { state: roomState(message.state), answers: message.answers }
        break
      case 'talk':
      case 'declined':
        this.talk.receive(message)
        break
      case 'removed':
      case 'ended':
        this.#end(message.kind)
        break
      default:
        return
    }
    this.emit('change', undefined)
  }

  #end(reason: keyof typeof overWords): void {
    this.emit('over', overWords[reason])
    this.#close()
  }

  #onLost(link: PeerLink): void {
    if (this.#link !== link) return
    this.#link = null
    this.talk.lost()
    this.#rest()
    this.emit('change', undefined)
  }

  #say(message: MemberMessage): void {
    if (this.#link) this.#tell(this.#link, message)
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
    this.identity.device?.stopSurvey()
    this.identity.device?.engine.cancel()
  }

  #close(): void {
    this.#rest()
    this.identity.device?.engine.unload()
    this.#connection.close()
    this.#link = null
    this.clear()
  }
}

function roomState(state: (LeaderMessage & { kind: 'room' })['state']): SessionState {
  return 'error' in state ? { ...state, error: toErrorData(fromPeerError(state.error)) } : state
}
