// The battery, where a browser tells (Battery Status API, W3C; Chromium only), and what a low one means for a plan.
import type { Battery, DeviceProfile } from '../plan/device-profile.ts'

/** Below this level a device that is not charging is spared. */
const lowLevel = 0.2

/** On the page only; null where the browser does not tell. */
export async function readBattery(): Promise<Battery | null> {
  const manager = await batteryManager()
  return manager && { level: manager.level, charging: manager.charging }
}

async function batteryManager(): Promise<(Battery & EventTarget) | null> {
  const { getBattery } = navigator as Navigator & { getBattery?: () => Promise<Battery & EventTarget> }
  if (!getBattery) return null
  try {
    return await getBattery.call(navigator)
  } catch {
    return null // The page's permissions do not allow it to ask.
  }
}

/**
 * Tells the battery's level now and whenever it changes; `listener` hears null once where the browser does not tell. On the page only.
 * Returns the end of listening.
 */
export function watchBattery(listener: (battery: Battery | null) => void): () => void {
  const ended = new AbortController()
  void batteryManager().then((manager) => {
    if (ended.signal.aborted) return
    const tell = () => listener(manager && { level: manager.level, charging: manager.charging })
    tell()
    for (const event of ['levelchange', 'chargingchange'])
      manager?.addEventListener(event, tell, { signal: ended.signal })
  })
  return () => ended.abort()
}

/** The profile to plan with: a device on a low battery counts as half as fast, so that its share and its drain halve. */
export function sparedOnBattery(profile: DeviceProfile): DeviceProfile {
  const { battery, weightBytesPerSecond } = profile
  const low = battery !== null && !battery.charging && battery.level < lowLevel
  return low ? { ...profile, weightBytesPerSecond: weightBytesPerSecond / 2 } : profile
}
