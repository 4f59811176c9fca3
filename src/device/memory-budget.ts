// How much memory a tab may use. No browser tells what it may: this is a rule from what they do tell, and says so to people.

const GIB = 2 ** 30

/** iOS kills tabs near 1.5 GB (public reports, not measured here). */
const iosBudget = 1 * GIB
/** WASM's 32-bit memory ends at 4 GiB; some is left for the rest of the tab. */
const wasmBudget = 3.5 * GIB

export interface MemoryHints {
  userAgent: string
  /** Touch points tell an iPad from the Mac it claims to be. */
  maxTouchPoints: number
  /** `navigator.deviceMemory` in GiB (Chromium only, capped at 8); undefined elsewhere. */
  deviceMemoryGib: number | undefined
}

/** Bytes this tab is willing to give to weights, caches and buffers: half of what the device reports, less on iOS, 2 GiB where nothing is reported. */
export function memoryBudget({ userAgent, maxTouchPoints, deviceMemoryGib }: MemoryHints): number {
  const ios = /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1)
  if (ios) return iosBudget
  return Math.min(wasmBudget, deviceMemoryGib === undefined ? 2 * GIB : (deviceMemoryGib / 2) * GIB)
}
