// Where speeds are kept over visits, in memory.
import type { SpeedStorage } from '../../src/device/speed-memory.ts'

export function memorySpeedStorage(text: string | null = null): SpeedStorage {
  let kept = text
  return {
    read: () => kept,
    write(next) {
      kept = next
    },
  }
}
