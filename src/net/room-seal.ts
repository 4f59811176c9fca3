// What passes through the signaling server, sealed so that it can drop messages and do nothing else.
// A hello is sealed under the room's key and carries a nonce made for this attempt to connect. The answer and all that follows are sealed
// under a key derived (HKDF) from the secret, the sender's nonce and the recipient's, with a counter as IV. Both nonces are fresh, so a
// message of an earlier attempt, an earlier day, another pair or the other direction (a reflection) does not open, and the counter shows a
// replay within the attempt. A hello itself can be replayed: it earns an answer that only its true sender could continue.
// Offers carry the DTLS fingerprint, so the connection they make is between the two that hold the keys. A sign, which tells whoever holds the
// link what the room is before it is entered, has a key of its own; the server could show an old one again.
// Assumed: the page's own code is genuine, and whoever holds the link is trusted.
import * as v from 'valibot'
import { joinBytes } from '../base/join-bytes.ts'
import { fromBase64Url, toBase64Url } from './base64url.ts'
import { ReplayWindow } from './replay-window.ts'
import { decodeSecret, roomIdOf, subtleCrypto } from './room-link.ts'

export const NONCE_BYTES = 16

const HELLO = 1
const LETTER = 2
const SIGN = 3
const IV_BYTES = 12
const LETTER_HEADER_BYTES = 1 + 2 * NONCE_BYTES + 4

const Introduction = v.strictObject({
  deviceId: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
  role: v.picklist(['leader', 'guest']),
})
const Hello = v.strictObject({
  ...Introduction.entries,
  nonce: v.pipe(
    v.string(),
    v.check((text) => fromBase64Url(text)?.byteLength === NONCE_BYTES, 'a nonce is 16 bytes'),
  ),
})

/** Who a member says it is; true where it came sealed. */
export type Introduction = v.InferOutput<typeof Introduction>
/** `nonce` is base64url. */
export type Hello = v.InferOutput<typeof Hello>

export const parseIntroduction = (data: unknown): Introduction | null => parse(Introduction, data)

/** The addresses on a letter's envelope, not to be believed before it opens. */
export type Envelope = { kind: 'hello' } | { kind: 'letter'; fromNonce: string; toNonce: string }

/** Seals and opens one room's messages. Nothing here throws for what the server sent: what does not open is null. */
export interface RoomSeal {
  readonly roomId: string
  sealHello(hello: Hello): Promise<string>
  openHello(seal: string): Promise<Hello | null>
  sealSign(sign: unknown): Promise<string>
  openSign(seal: string): Promise<unknown>
  /** The letters between two nonces, one of them made by `createNonce` on this device for this attempt alone. */
  correspondence(ownNonce: string, peerNonce: string): Promise<Correspondence>
}

/** Both directions between two members for one attempt to connect. */
export interface Correspondence {
  readonly ownNonce: string
  readonly peerNonce: string
  seal(message: unknown): Promise<string>
  /** null for what was not sealed by the peer for this attempt, or was opened before. Any order is taken, but for what comes far too late. */
  open(seal: string): Promise<unknown>
}

export function createNonce(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)))
}

export function readEnvelope(seal: string): Envelope | null {
  const bytes = fromBase64Url(seal)
  if (bytes?.[0] === HELLO) return { kind: 'hello' }
  if (bytes?.[0] !== LETTER || bytes.byteLength < LETTER_HEADER_BYTES) return null
  return {
    kind: 'letter',
    fromNonce: toBase64Url(bytes.subarray(1, 1 + NONCE_BYTES)),
    toNonce: toBase64Url(bytes.subarray(1 + NONCE_BYTES, 1 + 2 * NONCE_BYTES)),
  }
}

/** Throws `bad-link`, or `bad-input` where the page has no `crypto.subtle`. */
export async function createRoomSeal(secret: string): Promise<RoomSeal> {
  const subtle = subtleCrypto()
  const roomId = await roomIdOf(secret)
  const root = await subtle.importKey('raw', decodeSecret(secret), 'HKDF', false, ['deriveKey'])
  const deriveKey = (label: string, salt: Uint8Array<ArrayBuffer>) =>
    subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt, info: utf8(`headroom ${label} v1 ${roomId}`) },
      root,
      { name: 'AES-GCM', length: 256 },
      false,
      ['encrypt', 'decrypt'],
    )
  /** Under the room's key alone, with a random IV. */
  const envelopes = async (kind: number, label: string) => {
    const key = await deriveKey(label, new Uint8Array(0))
    const data = utf8(`headroom ${label} v1 ${roomId}`)
    return {
      async seal(message: unknown): Promise<string> {
        const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
        const sealed = await encrypt(key, iv, data, message)
        return toBase64Url(joinBytes([Uint8Array.of(kind), iv, sealed]))
      },
      async open(seal: string): Promise<unknown> {
        const bytes = fromBase64Url(seal)
        if (bytes?.[0] !== kind || bytes.byteLength < 1 + IV_BYTES) return null
        return decrypt(key, bytes.slice(1, 1 + IV_BYTES), data, bytes.slice(1 + IV_BYTES))
      },
    }
  }
  const hellos = await envelopes(HELLO, 'hello')
  const signs = await envelopes(SIGN, 'sign')

  return {
    roomId,
    sealHello: (hello) => hellos.seal(hello),
    openHello: async (seal) => parse(Hello, await hellos.open(seal)),
    sealSign: (sign) => signs.seal(sign),
    openSign: (seal) => signs.open(seal),
    async correspondence(ownNonce, peerNonce) {
      const own = nonceBytes(ownNonce)
      const peer = nonceBytes(peerNonce)
      const sendKey = await deriveKey('letter', joinBytes([own, peer]))
      const receiveKey = await deriveKey('letter', joinBytes([peer, own]))
      const opened = new ReplayWindow()
      let nextCounter = 0
      return {
        ownNonce,
        peerNonce,
        async seal(message) {
          const header = letterHeader(own, peer, nextCounter++)
          const sealed = await encrypt(sendKey, counterIv(header), joinBytes([utf8(roomId), header]), message)
          return toBase64Url(joinBytes([header, sealed]))
        },
        async open(seal) {
          const bytes = fromBase64Url(seal)
          if (!bytes || bytes.byteLength < LETTER_HEADER_BYTES) return null
          const header = bytes.slice(0, LETTER_HEADER_BYTES)
          const counter = new DataView(header.buffer).getUint32(1 + 2 * NONCE_BYTES)
          if (!opened.isFresh(counter)) return null
          const expected = letterHeader(peer, own, counter)
          if (header.some((byte, index) => byte !== expected[index])) return null
          const rest = bytes.slice(LETTER_HEADER_BYTES)
          const message = await decrypt(receiveKey, counterIv(header), joinBytes([utf8(roomId), header]), rest)
          if (message === null || !opened.isFresh(counter)) return null
          opened.take(counter)
          return message
        },
      }
    },
  }
}

function letterHeader(from: Uint8Array, to: Uint8Array, counter: number): Uint8Array<ArrayBuffer> {
  const header = joinBytes([Uint8Array.of(LETTER), from, to, new Uint8Array(4)])
  new DataView(header.buffer).setUint32(1 + 2 * NONCE_BYTES, counter)
  return header
}

function counterIv(header: Uint8Array): Uint8Array<ArrayBuffer> {
  const iv = new Uint8Array(IV_BYTES)
  iv.set(header.subarray(1 + 2 * NONCE_BYTES), IV_BYTES - 4)
  return iv
}

async function encrypt(key: CryptoKey, iv: BufferSource, additionalData: BufferSource, message: unknown) {
  const text = JSON.stringify(message)
  return new Uint8Array(await subtleCrypto().encrypt({ name: 'AES-GCM', iv, additionalData }, key, utf8(text)))
}

/** null where the seal is not genuine; what is genuine is JSON, because only members of the room seal. */
async function decrypt(key: CryptoKey, iv: BufferSource, additionalData: BufferSource, sealed: BufferSource) {
  let plain: ArrayBuffer
  try {
    plain = await subtleCrypto().decrypt({ name: 'AES-GCM', iv, additionalData }, key, sealed)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'OperationError') return null
    throw error
  }
  return JSON.parse(new TextDecoder().decode(plain)) as unknown
}

function parse<Schema extends v.GenericSchema>(schema: Schema, data: unknown): v.InferOutput<Schema> | null {
  const result = v.safeParse(schema, data)
  return result.success ? result.output : null
}

function nonceBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64Url(text)
  if (bytes?.byteLength !== NONCE_BYTES) throw new TypeError(`${text} is not a nonce of ${NONCE_BYTES} bytes.`)
  return bytes
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}
