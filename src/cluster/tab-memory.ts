// What a tab remembers over a reload: its device id, and whether it leads a room. Session storage is the tab's own.

const deviceKey = 'headroom.device'
const leadingKey = 'headroom.leading'

/** A random id that this tab keeps over reloads; a new one where the browser keeps nothing. */
export function tabDeviceId(): string {
  const known = read(deviceKey)
  if (known) return known
  const fresh = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
  write(deviceKey, fresh)
  return fresh
}

export function leadsRoom(secret: string): boolean {
  return read(leadingKey) === secret
}

/** null: this tab leads nothing any more. */
export function rememberLeading(secret: string | null): void {
  write(leadingKey, secret ?? '')
}

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key) || null
  } catch {
    return null // Storage is switched off: the tab is a new device after each reload.
  }
}

function write(key: string, value: string): void {
  try {
    sessionStorage.setItem(key, value)
  } catch {
    return // As above.
  }
}
