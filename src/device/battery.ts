// The battery, where a browser tells (Battery Status API, W3C; Chromium only), and what a low one means for a plan.
import type { Battery, DeviceProfile } from '../plan/device-profile.ts'

/** Below this level a device that is not charging is spared. */
const lowLevel = 0.2

/** On the page only; null where the browser does not tell. */
export async function readBattery(): Promise<Battery | null> {
  const { getBattery } = navigator as Navigator & { getBattery?: () => Promise<Battery> }
  if (!getBattery) return null
  try {
    const { level, charging } = await getBattery.call(navigator)
    return { level, charging }
  } catch {
    return null // The page's permissions do not allow it to ask.
  }
}

/** The profile to plan with: a device on a low battery counts as half as fast, so that its share and its drain halve. */
export function sparedOnBattery(profile: DeviceProfile): DeviceProfile {
  const { battery, weightBytesPerSecond } = profile
  const low = battery !== null && !battery.charging && battery.level < lowLevel
  return low ? { ...profile, weightBytesPerSecond: weightBytesPerSecond / 2 } : profile
}
