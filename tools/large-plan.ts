// The plan of the whole shape: the planner's own, for devices that are alike.
import { GENERATED_SHAPES } from '../src/cluster/generated-shapes.ts'
import { HeadroomError, MobileModelArchitectureParser, planShards } from '../src/index.ts'
import { modelTensors } from '../src/model/model-tensors.ts'
import { isAlwaysFloat, type TensorFormat, tensorKey } from '../src/model/tensor.ts'
import { openBrowserRoom } from './browser-room.ts'

interface PlanOptions {
  devices: number
  memoryGib: number
  weights: string
  context: number
  weightGbPerSecond?: number
  roundMs?: number
}

export interface LargePlan {
  model: string
  parameters: number
  weights: TensorFormat
  devices: number
  memoryBytesEach: number
  weightBytesPerSecond: number
  /** Was the speed measured here, or given? */
  measured: boolean
  weightBytes: readonly number[]
  memoryBytes: readonly number[]
  rounds: number
  /** Arithmetic alone. */
  predictedStepMs: number
  /** With the rounds' time; null where none was given. */
  predictedTokenMs: number | null
}

/** Throws `PlanImpossibleError` with what would fit, `bad-input` for an unknown format. */
export async function planLarge(options: PlanOptions): Promise<LargePlan> {
  const { devices, context, roundMs } = options
  const weights = options.weights as TensorFormat
  if (!['f32', 'f16', 'int8', 'int4'].includes(weights))
    throw new HeadroomError('bad-input', `--weights ${weights} is none of f32, f16, int8, int4.`)
  const config = new MobileModelArchitectureParser().fromHuggingFace(GENERATED_SHAPES['generated:gpt-3.5-turbo'])
  const tensors = modelTensors(config)
  const formats = Object.fromEntries(
    tensors.map((tensor) => [tensorKey(tensor), isAlwaysFloat(tensor.role) ? 'f32' : weights] as const),
  )
  const given = options.weightGbPerSecond
  const weightBytesPerSecond = given === undefined ? await measuredSpeed() : given * 1e9
  const memoryBytesEach = options.memoryGib * 2 ** 30
  const profiles = Array.from({ length: devices }, (_, index) => ({
    deviceId: `device-${index}`,
    name: `Device ${index + 1}`,
    executor: 'wasm' as const,
    weightBytesPerSecond,
    phases: null,
    memoryBytes: memoryBytesEach,
    cores: 1,
    threads: 1,
    battery: null,
    backend: 'planned',
    otherExecutors: [],
  }))
  const plan = planShards(config, profiles, { modelId: 'gpt-3.5-turbo', epoch: 1, formats, contextLength: context })
  const rounds = devices === 1 ? 0 : plan.sublayers.length + 2
  return {
    model: 'gpt-3.5-turbo (96 layers, 96 heads, 12288)',
    parameters: tensors.reduce((sum, { rows, columns }) => sum + rows * columns, 0),
    weights,
    devices,
    memoryBytesEach,
    weightBytesPerSecond,
    measured: given === undefined,
    weightBytes: plan.weightBytes,
    memoryBytes: plan.memoryBytes,
    rounds,
    predictedStepMs: plan.predictedStepMs,
    predictedTokenMs: roundMs === undefined ? null : plan.predictedStepMs + rounds * roundMs,
  }
}

async function measuredSpeed(): Promise<number> {
  const room = await openBrowserRoom({ tabs: 1, query: {}, headed: false })
  try {
    const profile = await room.pages[0]!.evaluate(() => globalThis.headroom!.view.devices[0]?.profile ?? null)
    if (!profile) throw new HeadroomError('internal', 'The tab has not measured itself.')
    return profile.weightBytesPerSecond
  } finally {
    await room.close()
  }
}

export function formatPlan(plan: LargePlan): string {
  const gb = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`
  const { weightBytes, memoryBytes, devices, measured } = plan
  const total = weightBytes.reduce((sum, bytes) => sum + bytes, 0)
  return [
    `${plan.model}: ${(plan.parameters / 1e9).toFixed(1)} G parameters in ${plan.weights}, ${gb(total)} over ${devices} device(s) of ${gb(plan.memoryBytesEach)}`,
    `leader holds ${gb(weightBytes[0]!)} of weights, ${gb(memoryBytes[0]!)} in all`,
    ...(devices > 1
      ? [
          `others hold up to ${gb(Math.max(...weightBytes.slice(1)))} of weights, ${gb(Math.max(...memoryBytes.slice(1)))} in all`,
        ]
      : []),
    `a token: ${seconds(plan.predictedStepMs)} of arithmetic at ${gb(plan.weightBytesPerSecond)} of weights a second (${measured ? 'measured in a tab here' : 'as given'}), and ${plan.rounds} rounds of the network`,
    plan.predictedTokenMs === null
      ? 'the network is not in it; give --round-ms for a prediction with it'
      : `with the rounds: ${seconds(plan.predictedTokenMs)} a token`,
  ].join('\n')
}
