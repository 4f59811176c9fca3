// What this device can do, found by doing it: decode speed of the executor it will use, cores, and a memory budget.
import { HeadroomError } from '../base/errors.ts'
import type { ExecutorFactory } from '../compute/executor.ts'
import { measureDecode } from '../compute/measure.ts'
import type { Battery, DeviceProfile, ExecutorKind } from '../plan/device-profile.ts'

export interface AssessmentRequest {
  deviceId: string
  name: string
  /** `auto`: the first of wasm, webgpu, reference that runs here; WASM first, because every collective costs WebGPU a readback. */
  executor: ExecutorKind | 'auto'
  /** 0: all cores but one, at most four. */
  threads: number
  memoryBytes: number
  /** Read on the page (`readBattery`); workers cannot. */
  battery: Battery | null
  /** Loads an executor's code on demand; rejects where there is none for this kind. */
  factoryOf(kind: ExecutorKind): Promise<ExecutorFactory>
}

const preference: readonly ExecutorKind[] = ['wasm', 'webgpu', 'reference']

/** Measures the device it runs on. `assess` takes under two seconds; run it in the engine worker, so that nothing else competes. */
export class MobileDeviceCapabilityAssessor {
  /** Throws `no-executor` where nothing, or not the executor asked for, runs here. */
  async assess({
    battery,
    deviceId,
    name,
    executor,
    threads,
    memoryBytes,
    factoryOf,
  }: AssessmentRequest): Promise<DeviceProfile> {
    const cores = navigator.hardwareConcurrency || 1
    const used = threads > 0 ? threads : globalThis.crossOriginIsolated ? Math.min(4, Math.max(1, cores - 1)) : 1
    const failures: string[] = []
    for (const kind of executor === 'auto' ? preference : [executor]) {
      try {
        const weightBytesPerSecond = await measureDecode(await factoryOf(kind), used)
        return {
          deviceId,
          name,
          executor: kind,
          weightBytesPerSecond,
          memoryBytes,
          cores,
          threads: used,
          battery,
          backend: kind,
        }
      } catch (error) {
        failures.push(`${kind}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    throw new HeadroomError(
      'no-executor',
      `This browser cannot compute here (${failures.join('; ')}). Use a current Chrome, Safari or Firefox.`,
    )
  }
}
