// A room is its link: `https://host/#/room/<secret>`. The secret is 128 random bits in the fragment, which browsers never send, so the
// server knows a room only by a hash. Whoever holds the link is a member.
import { HeadroomError } from '../base/errors.ts'
import { fromBase64Url, toBase64Url } from './base64url.ts'

export const SECRET_BYTES = 16

const ROOM_ID_LABEL = 'headroom room id v1'

/** 128 random bits, base64url. */
export function createRoomSecret(): string {
  return encodeSecret(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)))
}

/** A secret's 16 bytes as they stand in a link. */
export function encodeSecret(bytes: Uint8Array): string {
  return toBase64Url(bytes)
}

/** `base` is the page's address, with or without a fragment of its own. */
export function formatRoomLink(base: string, secret: string): string {
  decodeSecret(secret)
  const url = new URL(base)
  url.hash = `#/room/${secret}`
  return url.href
}

/** The secret in a link or in a bare fragment (`#/room/…`). Throws `bad-link`, also where the secret is cut short or mistyped. */
export function parseRoomLink(link: string): string {
  const match = /#\/room\/([^/?#]*)$/.exec(link.trim())
  if (!match)
    throw new HeadroomError(
      'bad-link',
      'This is no room link: it has no "#/room/" part. Scan or copy the whole link again.',
    )
  const secret = match[1] ?? ''
  decodeSecret(secret)
  return secret
}

/** The 16 bytes of a secret; throws `bad-link`. */
export function decodeSecret(secret: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64Url(secret)
  if (bytes?.byteLength !== SECRET_BYTES) {
    throw new HeadroomError(
      'bad-link',
      `The room link's secret has ${secret.length} characters and is not 22 of A-Z, a-z, 0-9, - and _. Scan or copy the whole link again.`,
    )
  }
  return bytes
}

/** How the server knows the room: 64 hex digits. Throws `bad-link`, or `bad-input` where the browser gives no `crypto.subtle`. */
export async function roomIdOf(secret: string): Promise<string> {
  const label = new TextEncoder().encode(`${ROOM_ID_LABEL}\0`)
  const bytes = new Uint8Array([...label, ...decodeSecret(secret)])
  const hash = new Uint8Array(await subtleCrypto().digest('SHA-256', bytes))
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Throws `bad-input` with words where the page is not a secure context. */
export function subtleCrypto(): SubtleCrypto {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined
  if (subtle) return subtle
  throw new HeadroomError(
    'bad-input',
    'This page came over plain http, where browsers give no encryption (crypto.subtle), so it cannot join a room safely. Open the https address.',
  )
}
