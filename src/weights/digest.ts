// SHA-256 through crypto.subtle, which has no streaming form and exists only in secure contexts (https, localhost).

/** False on plain http from another machine: there only length and ETag can be checked. */
export function canDigest(): boolean {
  return globalThis.crypto?.subtle !== undefined
}

/** 64 lower-case hex digits. */
export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  // A view of a growing or shared buffer is refused by crypto.subtle; downloaded bytes never are one.
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** `sha-256=<base64>` as 64 hex digits; null for anything else. */
export function parseDigestHeader(header: string | null): string | null {
  const base64 = /^sha-256=([A-Za-z0-9+/]{43}=)$/.exec(header ?? '')?.[1]
  if (base64 === undefined) return null
  return Array.from(atob(base64), (char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join('')
}
