// How members of a room recognize each other through a server that may lie. Whoever looks for a leader sends a hello with a fresh nonce;
// a leader answers every hello under a nonce of its own, made for that hello alone; a letter that opens proves that its sender holds the
// link and is live. A guest then says `ready`, and only then does the leader offer a connection. Everything goes to all in the room and is
// picked up by nonce: whom the server says a message is from is of no use to anyone.
import * as v from 'valibot'
import { HeadroomError } from '../base/errors.ts'
import { type Correspondence, createNonce, type Introduction, type RoomSeal, readEnvelope } from './room-seal.ts'

/** Hellos a leader has answered and whose senders said nothing more; the oldest is forgotten. */
const MAX_UNPROVEN = 64

const Letter = v.variant('kind', [
  v.strictObject({ kind: v.literal('welcome'), deviceId: v.pipe(v.string(), v.minLength(1), v.maxLength(100)) }),
  v.strictObject({ kind: v.literal('refused'), reason: v.picklist(['leader-exists', 'removed']) }),
  /** `relayed`: the guest has no data channels, its signals are all there is. */
  v.strictObject({ kind: v.literal('ready'), relayed: v.exactOptional(v.literal(true)) }),
  v.strictObject({ kind: v.literal('signal'), signal: v.unknown() }),
])
type Letter = v.InferOutput<typeof Letter>

/** A member that proved to be one, in one attempt to connect. */
export interface Contact {
  readonly deviceId: string
  /** Does this side make the offer? */
  readonly initiator: boolean
  /** Do signals carry all that the two say to each other? */
  readonly relayed: boolean
  sendSignal(signal: unknown): void
}

export interface HandshakeOptions extends Introduction {
  /** Of a guest: is it without data channels? */
  relayed: boolean
  seal: RoomSeal
  /** To everyone in the room. */
  send(sealed: string): void
  isRemoved(deviceId: string): boolean
  onContact(contact: Contact): void
  onSignal(contact: Contact, signal: unknown): void
  onRefused(error: HeadroomError): void
  /** A failure of this device's own cryptography. */
  onError(error: unknown): void
}

interface Conversation {
  correspondence: Correspondence
  deviceId: string
  contact: Contact | null
}

export class Handshake {
  readonly #options: HandshakeOptions
  /** By this side's nonce of the conversation. */
  readonly #conversations = new Map<string, Conversation>()
  /** Nonces of hellos that are being answered. */
  readonly #answering = new Set<string>()
  #attempt: string | null = null
  #ignored = 0

  constructor(options: HandshakeOptions) {
    this.#options = options
  }

  /** Hellos that were not genuine, and letters to this side that were not genuine, not fresh or out of place. */
  get ignored(): number {
    return this.#ignored
  }

  /** Looks for a leader; the first call, and the first after `forgetAttempt`, starts a new attempt. */
  greet(): void {
    this.#attempt ??= createNonce()
    const { seal, deviceId, role, send } = this.#options
    this.#run(seal.sealHello({ deviceId, role, nonce: this.#attempt }).then(send))
  }

  /** What belongs to the attempt so far is ignored from here on. */
  forgetAttempt(): void {
    if (this.#attempt !== null) this.#conversations.delete(this.#attempt)
    this.#attempt = null
  }

  forget(contact: Contact): void {
    for (const [nonce, conversation] of this.#conversations) {
      if (conversation.contact === contact) this.#conversations.delete(nonce)
    }
  }

  receive(sealed: string): void {
    const envelope = readEnvelope(sealed)
    if (envelope?.kind === 'hello') this.#run(this.#onHello(sealed))
    else if (envelope) this.#run(this.#onLetter(sealed, envelope.fromNonce, envelope.toNonce))
    else this.#ignored++
  }

  async #onHello(sealed: string): Promise<void> {
    const { seal, role, deviceId, isRemoved } = this.#options
    const hello = await seal.openHello(sealed)
    if (!hello || hello.nonce === this.#attempt) {
      this.#ignored++
      return
    }
    if (role !== 'leader' || this.#answering.has(hello.nonce)) return
    const answered = [...this.#conversations.values()].find((one) => one.correspondence.peerNonce === hello.nonce)
    if (answered) {
      if (answered.contact) return
      await this.#write(answered, { kind: 'welcome', deviceId })
      return
    }
    this.#answering.add(hello.nonce)
    try {
      const correspondence = await seal.correspondence(createNonce(), hello.nonce)
      const conversation = { correspondence, deviceId: hello.deviceId, contact: null }
      const refusal = hello.role === 'leader' ? 'leader-exists' : isRemoved(hello.deviceId) ? 'removed' : null
      if (refusal) {
        await this.#write(conversation, { kind: 'refused', reason: refusal })
        return
      }
      this.#conversations.set(correspondence.ownNonce, conversation)
      this.#dropOldestUnproven()
      await this.#write(conversation, { kind: 'welcome', deviceId })
    } finally {
      this.#answering.delete(hello.nonce)
    }
  }

  async #onLetter(sealed: string, fromNonce: string, toNonce: string): Promise<void> {
    const known = this.#conversations.get(toNonce)
    if (known) {
      const letter = parseLetter(await known.correspondence.open(sealed))
      // Forgotten or replaced while it was being opened?
      if (!letter || this.#conversations.get(toNonce) !== known) this.#ignored++
      else this.#onKnownLetter(known, letter)
      return
    }
    if (toNonce !== this.#attempt) return
    const correspondence = await this.#options.seal.correspondence(toNonce, fromNonce)
    const letter = parseLetter(await correspondence.open(sealed))
    if (!letter || this.#attempt !== toNonce || this.#conversations.has(toNonce)) this.#ignored++
    else if (letter.kind === 'refused') this.#options.onRefused(refusal(letter.reason))
    else if (letter.kind === 'welcome' && this.#options.role === 'guest') {
      const conversation: Conversation = { correspondence, deviceId: letter.deviceId, contact: null }
      this.#conversations.set(toNonce, conversation)
      const { relayed } = this.#options
      this.#meet(conversation, { initiator: false, relayed })
      await this.#write(conversation, { kind: 'ready', ...(relayed ? { relayed } : {}) })
    } else this.#ignored++
  }

  #onKnownLetter(conversation: Conversation, letter: Letter): void {
    if (letter.kind === 'ready' && this.#options.role === 'leader' && !conversation.contact)
      this.#meet(conversation, { initiator: true, relayed: letter.relayed ?? false })
    else if (letter.kind === 'signal' && conversation.contact)
      this.#options.onSignal(conversation.contact, letter.signal)
    else this.#ignored++
  }

  #meet(conversation: Conversation, way: Pick<Contact, 'initiator' | 'relayed'>): void {
    conversation.contact = {
      deviceId: conversation.deviceId,
      ...way,
      sendSignal: (signal) => this.#run(this.#write(conversation, { kind: 'signal', signal })),
    }
    this.#options.onContact(conversation.contact)
  }

  async #write(conversation: Conversation, letter: Letter): Promise<void> {
    this.#options.send(await conversation.correspondence.seal(letter))
  }

  #dropOldestUnproven(): void {
    const unproven = [...this.#conversations].filter(([, { contact }]) => !contact)
    const [oldest] = unproven
    if (oldest && unproven.length > MAX_UNPROVEN) this.#conversations.delete(oldest[0])
  }

  #run(work: Promise<void>): void {
    work.catch((error: unknown) => this.#options.onError(error))
  }
}

function parseLetter(data: unknown): Letter | null {
  const result = v.safeParse(Letter, data)
  return result.success ? result.output : null
}

function refusal(reason: 'leader-exists' | 'removed'): HeadroomError {
  return reason === 'removed'
    ? new HeadroomError('room-ended', 'The leader removed this device from the room.')
    : new HeadroomError('bad-input', 'This room has a leader already. Join it as a guest, or start a room of your own.')
}
