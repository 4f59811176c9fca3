// One tab's engine: a device's share of a model, the lanes to other devices, and, on the leader, the answer loop. It runs in the engine
// worker; nothing in it needs one, so tests run it in Node as it is.
import { abortError, HeadroomError, toErrorData } from '../base/errors.ts'
import type { Collective } from '../collective/collective.ts'
import { createSoloCollective } from '../collective/solo.ts'
import { createStarCollective } from '../collective/star.ts'
import type { Executor } from '../compute/executor.ts'
import { measureDecode } from '../compute/measure.ts'
import { MobileDeviceCapabilityAssessor } from '../device/capability-assessor.ts'
import { memoryBudget } from '../device/memory-budget.ts'
import { dumpPrompt } from '../engine/dump.ts'
import { generate } from '../engine/generate.ts'
import { createLeader, type Leader } from '../engine/leader.ts'
import { serve } from '../engine/member.ts'
import { createDetokenizer } from '../model/detokenizer.ts'
import { parseSamplingOptions } from '../model/sampling-options.ts'
import { createLane, type FrameLane } from '../net/frame-lane.ts'
import { openLanePort } from '../net/lane-endpoint.ts'
import { residentFormats } from '../weights/formats.ts'
import type { Engine, InferRequest, InferResult, LoadReport, LoadRequest, StartRequest } from './engine-protocol.ts'
import { executorFactory } from './executors.ts'
import { loadExecutor } from './load-executor.ts'
import { type OpenedFiles, openModelSource } from './open-model.ts'
import { makePrompt } from './prompt.ts'

/** Nobody waits for `measure`: it takes four times as many steps as joining does. */
const measureBudgetMs = 1000

/** What `start` set up; a new `load` or `start` ends it. */
interface Epoch {
  request: StartRequest
  collective: Collective
  /** null on members. */
  leader: Leader | null
  ended: AbortController
}

interface Loaded {
  /** The load request in JSON: the same again is answered from memory. */
  key: string
  request: LoadRequest
  executor: Executor
  report: LoadReport
}

export function createEngine(): Engine {
  const lanes = new Map<string, FrameLane>()
  let opened: OpenedFiles | null = null
  let loaded: Loaded | null = null
  let epoch: Epoch | null = null
  let running: AbortController | null = null

  const endEpoch = () => {
    epoch?.ended.abort(abortError('A new plan replaced this one.'))
    epoch?.collective.close()
    epoch = null
  }

  /** Runs a cancellable task; a second one waits for nobody: it cancels the first. */
  const cancellable = async <T>(task: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    running?.abort(abortError())
    const controller = new AbortController()
    running = controller
    try {
      return await task(controller.signal)
    } finally {
      if (running === controller) running = null
    }
  }

  const laneTo = (deviceId: string): FrameLane => {
    const lane = lanes.get(deviceId)
    if (!lane) throw new HeadroomError('peer-lost', `There is no connection to ${deviceId}. Let it join again.`)
    return lane
  }

  const connect = ({ shard, deviceIds, wire }: StartRequest): Collective => {
    const { rank, worldSize } = shard
    if (worldSize === 1) return createSoloCollective()
    const peers = rank === 0 ? deviceIds.slice(1) : deviceIds.slice(0, 1)
    const own = peers.map((deviceId, index) => {
      const lane = laneTo(deviceId)
      lane.setEpoch(shard.epoch, { own: rank, peer: rank === 0 ? index + 1 : 0 })
      return lane
    })
    return createStarCollective({ rank, worldSize, lanes: own, wire })
  }

  return {
    assess: ({ maxTouchPoints, ...request }) => {
      const { userAgent, deviceMemory } = navigator as Navigator & { deviceMemory?: number }
      const memoryBytes = memoryBudget({ userAgent, maxTouchPoints, deviceMemoryGib: deviceMemory })
      return new MobileDeviceCapabilityAssessor().assess({ ...request, memoryBytes, factoryOf: executorFactory })
    },

    measure: ({ executor, threads }, onFigure) =>
      cancellable(async (signal) =>
        measureDecode(await executorFactory(executor), threads, { budgetMs: measureBudgetMs, onFigure, signal }),
      ),

    openModel: (source, weights) =>
      cancellable(async (signal) => {
        opened = await openModelSource(source, signal)
        const { manifest, tokenizer, template, sources } = opened
        return {
          modelId: source.modelId,
          manifest,
          config: manifest.config,
          formats: residentFormats(manifest, weights),
          hasTokenizer: tokenizer !== null,
          hasTemplate: template !== null,
          verified: sources.find(({ verified }) => verified !== 'digest')?.verified ?? 'digest',
        }
      }),

    load: (request, onProgress) =>
      cancellable(async (signal) => {
        endEpoch()
        const { shard, manifest } = request
        const key = JSON.stringify([
          { ...request, manifest: { ...manifest, config: null } },
          { ...shard, epoch: 0 },
        ])
        if (loaded?.key === key) return { ...loaded.report, downloadedBytes: 0 }
        loaded?.executor.close()
        loaded = null
        const sources = opened && opened.manifest.modelId === manifest.modelId ? opened.sources : null
        const { executor, report } = await loadExecutor(request, { sources, onProgress, signal })
        loaded = { key, request, executor, report }
        return report
      }),

    addLane(peerId, endpoint) {
      lanes.get(peerId)?.close()
      lanes.set(peerId, createLane(openLanePort(endpoint), { peerId }))
    },

    removeLane(peerId) {
      lanes.get(peerId)?.close()
      lanes.delete(peerId)
    },

    async start(request, onStopped) {
      endEpoch()
      if (!loaded) throw new HeadroomError('internal', 'Nothing is loaded to start with.')
      const { shard, vocabulary } = request
      const collective = connect(request)
      const rank = { config: loaded.request.manifest.config, shard, executor: loaded.executor, collective }
      const ended = new AbortController()
      epoch = { request, collective, ended, leader: shard.rank === 0 ? createLeader(rank, vocabulary) : null }
      if (shard.rank > 0)
        serve(rank, ended.signal).catch((error: unknown) => {
          if (!ended.signal.aborted) onStopped(toErrorData(error))
        })
    },

    infer: (request, onText) =>
      cancellable((signal) => {
        if (!epoch?.leader || !opened) throw new HeadroomError('internal', 'This engine leads no loaded model.')
        return infer(
          epoch.leader,
          epoch.request,
          opened,
          request,
          onText,
          AbortSignal.any([signal, epoch.ended.signal]),
        )
      }),

    cancel: () => running?.abort(abortError()),

    close() {
      running?.abort(abortError())
      endEpoch()
      for (const lane of lanes.values()) lane.close()
      lanes.clear()
      loaded?.executor.close()
      loaded = null
    },
  }
}

async function infer(
  leader: Leader,
  { vocabulary }: StartRequest,
  language: OpenedFiles,
  request: InferRequest,
  onText: (text: string) => unknown,
  signal: AbortSignal,
): Promise<InferResult> {
  const { tokenizer } = language
  const { contextLength } = leader.rank.shard
  const sampling = parseSamplingOptions(request.sampling)
  const prompt = makePrompt(language, request.input, contextLength - Math.min(1, request.maxTokens))
  const dump = request.dump ? await dumpPrompt(leader, prompt.tokens, signal) : null
  const stopTokens = request.ignoreEos || !tokenizer ? new Set<number>() : tokenizer.stopTokens
  const detokenizer = tokenizer && createDetokenizer(tokenizer, { continues: !prompt.templated })
  let text = ''
  let delivery: unknown
  const show = (piece: string) => {
    if (piece === '') return
    text += piece
    delivery = onText(piece)
  }
  const generated = await generate(leader, {
    promptTokens: prompt.tokens,
    maxTokens: request.maxTokens,
    stopTokens,
    sampling,
    vocabulary,
    signal,
    onToken: (token) => {
      if (!stopTokens.has(token)) show(detokenizer?.push(token) ?? '')
    },
  })
  show(detokenizer?.flush() ?? '')
  await delivery
  return {
    ...generated,
    ...prompt,
    promptTokens: prompt.tokens,
    tokens: generated.tokens,
    text: tokenizer && text,
    dump,
  }
}
