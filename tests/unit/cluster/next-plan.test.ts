// Which plan a room goes on with when devices have found something faster, where memory is short.
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { InspectedModel } from '../../../src/cluster/engine-protocol.ts'
import { bestPlan, nextPlan } from '../../../src/cluster/next-plan.ts'
import { planRoom } from '../../../src/cluster/plan-room.ts'
import { computingDevice } from '../../../src/cluster/rank-port.ts'
import type { DeviceProfile } from '../../../src/plan/device-profile.ts'
import { openGguf } from '../../../src/weights/model-file.ts'
import { coordinatorOptions } from '../../support/engine-room.ts'
import { diskSource } from '../../support/memory-source.ts'
import { measuredSpeed, measuredUse, plainProfile } from '../../support/plain-profile.ts'

const options = { ...coordinatorOptions, contextLength: 64 }

let model: InspectedModel
beforeAll(async () => {
  const { manifest } = await openGguf(diskSource('tests/fixtures/stories260K.gguf'), 'stories')
  model = { modelId: 'stories', manifest, config: manifest.config }
})

const cpu = measuredUse('wasm', 1e9)
const device = (memoryBytes: number): DeviceProfile => ({
  ...plainProfile,
  ...cpu,
  memoryBytes,
  otherExecutors: [measuredSpeed('webgpu', 9e9)],
})
const gpuOnly = (memoryBytes: number): DeviceProfile => ({ ...device(memoryBytes), ...measuredUse('webgpu', 9e9) })

/** The least memory that holds the whole model in int8, of whose keys and values WASM makes halves. */
function leastBytes(of: (memoryBytes: number) => DeviceProfile): number {
  const [needed] = planRoom(model, [of(2 ** 30)], 1, { ...options, weights: 'int8' }).plan.memoryBytes
  return needed!
}

describe('a room whose device found its GPU to be faster', () => {
  test('plans with the GPU from the first byte on that holds the model there as well as on the processor', () => {
    const bytes = leastBytes(gpuOnly)
    expect(bytes).toBeGreaterThan(leastBytes(device))
    const onGpu = bestPlan(model, [device(bytes)], 1, options)
    expect(onGpu.profiles).toMatchObject([{ executor: 'webgpu' }])
    expect(onGpu.plan).toEqual(planRoom(model, [gpuOnly(bytes)], 1, options).plan)
    const tight = [gpuOnly(bytes - 1), device(bytes - 1)].map((only) => bestPlan(model, [only], 1, options))
    expect(tight).toMatchObject([{ weights: 'int4' }, { weights: 'int8', profiles: [{ executor: 'wasm' }] }])
    const int8 = { ...options, weights: 'int8' } as const
    expect(bestPlan(model, [device(bytes - 1)], 1, int8).profiles).toMatchObject([{ executor: 'wasm' }])
  })

  test('goes to the GPU with what it has no room for where it is, and is refused where that has none either', () => {
    const onReference = (memoryBytes: number) => ({ ...device(memoryBytes), ...measuredUse('reference', 1e9) })
    const int8 = { ...options, weights: 'int8' } as const
    const bytes = leastBytes(gpuOnly)
    expect(() => planRoom(model, [onReference(bytes)], 1, int8)).toThrow()
    expect(bestPlan(model, [onReference(bytes)], 1, int8).profiles).toMatchObject([{ executor: 'webgpu' }])
    const impossible = expect.objectContaining({ code: 'plan-impossible' })
    expect(() => bestPlan(model, [onReference(bytes - 1)], 1, int8)).toThrow(impossible)
  })
})

test('devices take over where shares move, and stay as they are where the plan repeats', () => {
  const ports = [computingDevice(device(2 ** 30))]
  const takeOver = vi.spyOn(ports[0]!, 'takeOver')
  const running = planRoom(model, [ports[0]!.profile], 1, options).plan
  expect(nextPlan(model, ports, 2, options, running).plan).toEqual({ ...running, epoch: 2 })
  expect(takeOver).not.toHaveBeenCalled()
  const { plan } = nextPlan(model, ports, 3, options, null)
  expect(takeOver).toHaveBeenCalledOnce()
  expect(ports[0]?.profile.executor).toBe('webgpu')
  expect(plan.predictedStepMs).toBeLessThan(running.predictedStepMs)
  expect(nextPlan(model, ports, 4, options, plan).plan).toEqual({ ...plan, epoch: 4 })
  expect(takeOver).toHaveBeenCalledOnce()
})
