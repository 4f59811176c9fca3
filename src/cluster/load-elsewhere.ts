// A share whose executor refuses it, though it was measured there: it goes where else this device has computed, so that a choice which
// measured well never costs a room one of its devices.
import { toErrorData } from '../base/errors.ts'
import { refusalWords } from '../device/capability-assessor.ts'
import type { ExecutorUse } from '../plan/device-profile.ts'
import type { LoadReport, LoadRequest, MeasureRequest } from './engine-protocol.ts'
import { isMendable } from './load-ways.ts'

/** As `load`, and in the end with each of `others`: `measure` then says how fast the device is there, and the report has it. Throws as the first `load`. */
export async function loadElsewhere<Loaded extends { report: LoadReport }>(
  request: LoadRequest,
  load: (request: LoadRequest) => Promise<Loaded>,
  measure: (request: MeasureRequest) => Promise<ExecutorUse>,
): Promise<Loaded> {
  try {
    return await load(request)
  } catch (error) {
    if (!isMendable(error)) throw error
    for (const executor of request.others) {
      const { pair: _pair, ...wanted } = { ...request, executor }
      try {
        const turnedTo = { ...(await measure(wanted)), why: refusalWords(error) }
        const loaded = await load(wanted)
        return { ...loaded, report: { ...loaded.report, turnedTo } }
      } catch (other) {
        if (toErrorData(other).code === 'aborted') throw other
      }
    }
    throw error
  }
}
