// Headroom alone in a room: the product's own header, plan, loader, WASM executor and generation, without the network and the page.
import { expose } from 'comlink'
import { executorFactory } from '../../../src/cluster/executors.ts'
import { createSoloCollective } from '../../../src/collective/solo.ts'
import { type DeviceWork, workBetween } from '../../../src/compute/executor.ts'
import { generate } from '../../../src/engine/generate.ts'
import { createLeader, type Leader } from '../../../src/engine/leader.ts'
import { parseSamplingOptions } from '../../../src/model/sampling-options.ts'
import { predictStepMs } from '../../../src/plan/plan-cost.ts'
import { type ShardPlan, shardOf } from '../../../src/plan/shard-plan.ts'
import { shardTensors } from '../../../src/plan/shard-tensors.ts'
import { planShards } from '../../../src/plan/splitter.ts'
import { residentFormats, weightsLabel } from '../../../src/weights/formats.ts'
import { openHttpSource } from '../../../src/weights/http-source.ts'
import { loadShard } from '../../../src/weights/loader.ts'
import { openGguf } from '../../../src/weights/model-file.ts'
import {
  type EngineRequest,
  type GpuStep,
  type OwnFigures,
  type OwnProfile,
  promptTokens,
  type Timed,
  type Work,
} from './bench-engine.ts'
import { clockKernels, instrumentKernels } from './kernel-clock.ts'

let leader: Leader
let vocabulary: ShardPlan['vocabulary']
let behind: number

const ourWorker = {
  async open(request: EngineRequest): Promise<OwnFigures> {
    instrumentKernels()
    return open(request, 'wasm')
  },

  /** The third token after a prompt of one, on WebGPU: the uploads of a first time are over. */
  async gpuStep(request: EngineRequest): Promise<GpuStep> {
    const { weights } = await open({ ...request, contextLength: 8 }, 'webgpu')
    const { executor } = leader.rank
    const counts: DeviceWork[] = []
    await answer([1000], 4, () => counts.push({ ...executor.work! }))
    executor.close()
    return { weights, ...workBetween(counts[2]!, counts[3]!) }
  },

  async run({ phase, tokens, freshToken }: Work): Promise<Timed> {
    const decoding = phase === 'decode'
    const prompt = promptTokens(phase, decoding ? behind : tokens, freshToken)
    const { timings } = await answer(prompt, decoding ? tokens + 1 : 1)
    const ms = decoding ? timings.stepMs.reduce((sum, step) => sum + step, 0) : timings.timeToFirstTokenMs!
    return { tokens, ms }
  },

  /** A decode run counts what it reads of its prompt too: kernels take most of either. */
  async profile(work: Work): Promise<OwnProfile> {
    const times = await clockKernels(async () => {
      await ourWorker.run(work)
    })
    const { weightBytes, kvBytes, peakBytes } = leader.rank.executor.memory
    return { ...times, weightBytes, kvBytes, peakBytes }
  },
}

function answer(prompt: readonly number[], maxTokens: number, onToken: () => void = () => undefined) {
  return generate(leader, {
    promptTokens: prompt,
    maxTokens,
    stopTokens: new Set(),
    sampling: parseSamplingOptions({}),
    vocabulary,
    startedAt: performance.now(),
    onToken,
    signal: new AbortController().signal,
  })
}

async function open(request: EngineRequest, kind: 'wasm' | 'webgpu'): Promise<OwnFigures> {
  const { model, threads, contextLength } = request
  const source = await openHttpSource(model.url)
  const { manifest } = await openGguf(source, 'bench')
  const { config } = manifest
  const formats = residentFormats(manifest, 'auto')
  const device = {
    deviceId: 'bench',
    name: 'bench',
    executor: kind,
    weightBytesPerSecond: 1e9,
    phases: null,
    memoryBytes: 2 ** 32,
    cores: navigator.hardwareConcurrency,
    threads,
    battery: null,
    backend: '',
    otherExecutors: [],
  }
  const plan = planShards(config, [device], { modelId: 'bench', epoch: 1, formats, contextLength })
  const shard = shardOf(plan, 0)
  const tensors = shardTensors(config, shard, formats)
  const factory = await executorFactory(kind)
  const loader = await factory.create({ config, shard, tensors, threads })
  await loadShard({ manifest, tensors, sources: [source], cache: null, loader })
  const executor = await loader.finish()
  leader = createLeader({ config, shard, executor, collective: createSoloCollective() }, plan.vocabulary)
  vocabulary = plan.vocabulary
  behind = request.behind
  // At one byte a second a step takes as many seconds as it reads bytes.
  const bytesPerToken = predictStepMs(config, [shard], formats, [1]) / 1000
  return { weights: weightsLabel(manifest, 'auto'), bytesPerToken }
}

export type OurWorker = typeof ourWorker

expose(ourWorker)
