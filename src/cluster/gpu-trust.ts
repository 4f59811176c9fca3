// What a tab makes of a GPU that is taken away: phones do it when they are short of memory, laptops when they sleep. The share goes on a
// new device of the same GPU; where there is none, or that one is lost within a minute too, it goes on WASM, which then does both phases.
import { type ErrorData, toErrorData } from '../base/errors.ts'
import type { ExecutorUse } from '../plan/device-profile.ts'
import type { LoadReport, LoadRequest, MeasureRequest } from './engine-protocol.ts'

/** Longer ago, a loss was another matter. */
const memoryMs = 60_000

export interface GpuTrust {
  /** An executor on it lost its device. */
  lost(): void
  /** Runs `load` for the executors that the request names, or on WASM in the end; the report then has a notice, and WASM where that is news. */
  load<Loaded extends { report: LoadReport }>(
    request: LoadRequest,
    load: (request: LoadRequest) => Promise<Loaded>,
  ): Promise<Loaded>
}

/** `measure` is asked how fast a device is on what it turns to. */
export function createGpuTrust(
  measure: (request: MeasureRequest) => Promise<ExecutorUse>,
  now: () => number = () => performance.now(),
): GpuTrust {
  let losses: number[] = []
  const recent = () => losses.filter((at) => now() - at < memoryMs).length
  const lost = () => {
    losses = [...losses.slice(-1), now()]
  }
  return {
    lost,
    async load(request, load) {
      const { executor, pair, ...rest } = request
      if (![executor, pair?.prefill, pair?.decode].includes('webgpu')) return load(request)
      let why = 'was taken away twice'
      while (recent() < 2) {
        try {
          return await load(request)
        } catch (error) {
          const { code } = toErrorData(error)
          if (code === 'device-lost') lost()
          else if (code !== 'no-executor' || recent() === 0) throw error
          else {
            why = 'was taken away and did not come back'
            break
          }
        }
      }
      const fallback = { ...rest, executor: 'wasm' as const }
      const message = `This device's GPU ${why}: its processor computes instead.`
      const turned = executor === 'wasm' ? {} : { turnedTo: { ...(await measure(fallback)), why: message } }
      const loaded = await load(fallback)
      const notice: ErrorData = { code: 'device-lost', message }
      return { ...loaded, report: { ...loaded.report, ...turned, notices: [...loaded.report.notices, notice] } }
    },
  }
}
