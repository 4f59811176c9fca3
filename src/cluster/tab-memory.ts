// What a tab remembers over a reload: its device id, and whether it leads a room. Session storage is the tab's own.

const deviceKey = 'headroom.device'
const leadingKey = 'headroom.leading'

/** A random id that this tab keeps over reloads. A duplicated tab inherits the storage, so the id is held by a lock while the tab lives. */
export async function claimDeviceId(): Promise<string> {
  const known = read(deviceKey)
  if (known && (await claim(known))) return known
  const fresh = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
  await claim(fresh)
  write(deviceKey, fresh)
  return fresh
}

/** False where another tab of this browser holds the id; true too where the browser has no locks, or none for this page. */
function claim(deviceId: string): Promise<boolean> {
  const { locks } = navigator as { locks?: LockManager }
  if (!locks) return Promise.resolve(true)
  return new Promise((resolve) => {
    const hold = (lock: Lock | null) => {
      resolve(lock !== null)
      return lock ? new Promise<never>(() => undefined) : undefined
    }
    locks.request(`headroom.device.${deviceId}`, { ifAvailable: true }, hold).catch(() => resolve(true))
  })
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
