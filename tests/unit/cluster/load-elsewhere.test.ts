import { expect, test } from 'vitest'
import { abortError, HeadroomError } from '../../../src/base/errors.ts'
import type { LoadReport, LoadRequest } from '../../../src/cluster/engine-protocol.ts'
import { loadElsewhere } from '../../../src/cluster/load-elsewhere.ts'
import type { ExecutorKind } from '../../../src/plan/device-profile.ts'
import { measuredUse } from '../../support/plain-profile.ts'
import { report } from './any-orders.ts'

/** A load of a share for WebGPU on a device that knows two others; kinds of `errors` fail, and how it went. */
async function loaded(errors: Partial<Record<ExecutorKind, HeadroomError>>) {
  const [asked, measured]: [ExecutorKind[], ExecutorKind[]] = [[], []]
  const request = { executor: 'webgpu', pair: undefined, others: ['wasm', 'tfjs-webgl'] } as Partial<LoadRequest>
  const load = async ({ executor }: LoadRequest): Promise<{ report: LoadReport }> => {
    asked.push(executor)
    const error = errors[executor]
    if (error) throw error
    return { report: { ...report, executor } }
  }
  const outcome = await loadElsewhere(request as LoadRequest, load, async ({ executor }) => {
    measured.push(executor)
    return measuredUse(executor, 7)
  }).catch((error: unknown) => error)
  return { asked, measured, outcome }
}

const full = new HeadroomError('out-of-memory', 'No room on the GPU.')

test('a share that is taken is loaded once, and nothing is measured', async () => {
  const { asked, measured, outcome } = await loaded({})
  expect([asked, measured]).toEqual([['webgpu'], []])
  expect(outcome).toEqual({ report: { ...report, executor: 'webgpu' } })
})

test('one that is refused goes to the next that was measured, is measured there first, and says so', async () => {
  const { asked, measured, outcome } = await loaded({ webgpu: full })
  expect([asked, measured]).toEqual([['webgpu', 'wasm'], ['wasm']])
  const turnedTo = { ...measuredUse('wasm', 7), why: 'No room on the GPU.' }
  expect(outcome).toEqual({ report: { ...report, executor: 'wasm', turnedTo } })
})

test('one that all refuse fails with the first reason', async () => {
  const late = new HeadroomError('bad-message', 'More than this device offered.')
  const { asked, outcome } = await loaded({ webgpu: full, wasm: late, 'tfjs-webgl': late })
  expect(asked).toEqual(['webgpu', 'wasm', 'tfjs-webgl'])
  expect(outcome).toBe(full)
})

test('what no executor can mend, and a load that was stopped, is tried nowhere else', async () => {
  const damaged = new HeadroomError('model-corrupt', 'A block is damaged.')
  expect(await loaded({ webgpu: damaged })).toMatchObject({ asked: ['webgpu'], outcome: damaged })
  const stopped = abortError('Stopped.')
  expect(await loaded({ webgpu: full, wasm: stopped })).toMatchObject({ asked: ['webgpu', 'wasm'], outcome: stopped })
})
