// One tab's engine: a device's share of a model, the lanes to other devices, and, on the leader, the answer loop. It runs in the engine
// worker; nothing in it needs one, so tests run it in Node as it is.
import { abortError, HeadroomError, throwIfAborted, toErrorData } from '../base/errors.ts'
import type { Collective } from '../collective/collective.ts'
import { createSoloCollective } from '../collective/solo.ts'
import { createStarCollective, STALL_TIMEOUT_MS } from '../collective/star.ts'
import type { Executor } from '../compute/executor.ts'
import type { MeasureOptions } from '../compute/measure.ts'
import { MobileDeviceCapabilityAssessor, measureUse } from '../device/capability-assessor.ts'
import { memoryBudget } from '../device/memory-budget.ts'
import { createLeader, type Leader } from '../engine/leader.ts'
import { serve } from '../engine/member.ts'
import { createLane, type FrameLane } from '../net/frame-lane.ts'
import { openLanePort } from '../net/lane-endpoint.ts'
import { createGate } from '../weights/gate.ts'
import type { PeerFile } from '../weights/peer-source.ts'
import { type Answer, createAnswer } from './answer.ts'
import { encodeTexts } from './encode-texts.ts'
import type { Engine, LoadReport, LoadRequest, MeasureRequest, StartRequest } from './engine-protocol.ts'
import { executorFactory } from './executors.ts'
import { createFileExchange } from './file-exchange.ts'
import { createGpuTrust } from './gpu-trust.ts'
import { identifiedFiles } from './identified-files.ts'
import { createLatestTask } from './latest-task.ts'
import { loadElsewhere } from './load-elsewhere.ts'
import { loadExecutor } from './load-executor.ts'
import { inspectModel, type OpenedFiles, openModelSource } from './open-model.ts'
import { openedModel } from './opened-model.ts'
import { pacedProgress } from './paced-progress.ts'
import { pacedTokens } from './paced-tokens.ts'
import type { AnswerPiece } from './token-record.ts'

/** Nobody waits for `measure`: it takes four times as many steps as joining does. */
const measureBudgetMs = 1000

/** A worker of this tab takes nothing from its lanes while it computes a sublayer, of an encoder's 512 tokens say; that is no stall. */
const localStallMs = 2 * STALL_TIMEOUT_MS

/** What `start` set up; a new `load` or `start` ends it. */
interface Epoch {
  request: StartRequest
  collective: Collective
  /** null on members. */
  leader: Leader | null
  ended: AbortController
  /** Settles when a member no longer touches its executor. */
  served: Promise<void>
}

/** What the leader's work on one request stands on. */
interface Led {
  leader: Leader
  vocabulary: StartRequest['vocabulary']
  language: OpenedFiles
  signal: AbortSignal
}

interface Loaded {
  /** `keyOf(request)`: the same again is answered from memory. null once the executor has failed. */
  key: string | null
  request: LoadRequest
  executor: Executor
  report: LoadReport
}

export function createEngine(): Engine {
  const lanes = new Map<string, FrameLane>()
  let opened: OpenedFiles | null = null
  let loaded: Loaded | null = null
  let epoch: Epoch | null = null
  let answering = false
  /** The last one asked for: a new plan may go on with it. */
  let answer: Answer | null = null
  const tasks = createLatestTask()
  const inspections = createLatestTask()
  /** Of the last load. */
  let gate = createGate()
  const measure = ({ executor, threads }: MeasureRequest, options: MeasureOptions = {}) =>
    measureUse(() => executorFactory(executor), threads, options)
  const gpuTrust = createGpuTrust(measure)
  const files = createFileExchange(
    () => opened?.sources ?? [],
    () => answering,
  )

  /** Resolves when nothing of the epoch runs any more. */
  const endEpoch = (): Promise<void> => {
    const { collective, ended, served } = epoch ?? {}
    ended?.abort(abortError('A new plan replaced this one.'))
    collective?.close()
    epoch = null
    return served ?? Promise.resolve()
  }

  /** An executor that failed is not used again: the next load makes a new one. */
  const distrust = (error: unknown) => {
    const { code } = toErrorData(error)
    if (code === 'device-lost') gpuTrust.lost()
    if (loaded && ['device-lost', 'kernels-stopped', 'internal', 'out-of-memory'].includes(code)) loaded.key = null
  }

  const unload = () => {
    tasks.cancel()
    void endEpoch()
    loaded?.executor.close()
    loaded = null
    answer = null
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
    // The leader gives up first: it knows who is missing, a member would take the leader for the one.
    const stallTimeoutMs = rank === 0 ? STALL_TIMEOUT_MS : 2 * STALL_TIMEOUT_MS
    return createStarCollective({ rank, worldSize, lanes: own, wire, stallTimeoutMs })
  }

  /** Runs what only the leader of a started model can. */
  const lead = <Result>(work: (led: Led) => Promise<Result>): Promise<Result> =>
    tasks.run(async (signal) => {
      if (!epoch?.leader || !opened) throw new HeadroomError('internal', 'This engine leads no loaded model.')
      const { leader, ended, request } = epoch
      const either = AbortSignal.any([signal, ended.signal])
      answering = true
      try {
        return await work({ leader, vocabulary: request.vocabulary, language: opened, signal: either })
      } catch (error) {
        distrust(error)
        throw error
      } finally {
        answering = false
      }
    })

  const run = (asked: Answer, onPiece: (piece: AnswerPiece) => void) =>
    lead(({ leader, vocabulary, language, signal }) => asked.run({ leader, vocabulary, language, onPiece, signal }))

  return {
    assess: ({ maxTouchPoints, ...request }) => {
      const { userAgent, deviceMemory } = navigator as Navigator & { deviceMemory?: number }
      const memoryBytes = memoryBudget({ userAgent, maxTouchPoints, deviceMemoryGib: deviceMemory })
      return new MobileDeviceCapabilityAssessor().assess({ ...request, memoryBytes, factoryOf: executorFactory })
    },

    measure: (request, onFigure) =>
      tasks.run((signal) => measure(request, { budgetMs: measureBudgetMs, onFigure, signal })),

    openModel(source) {
      const ended = endEpoch()
      return tasks.run(async (signal) => {
        await ended
        opened = await openModelSource(source, signal)
        return openedModel(source.modelId, opened)
      })
    },

    inspectModel: (source) => inspections.run((signal) => inspectModel(source, signal)),

    nameFiles() {
      const ended = endEpoch()
      return tasks.run(async (signal) => {
        await ended
        if (!opened) throw new HeadroomError('internal', 'This engine has opened no model.')
        opened = await identifiedFiles(opened, signal)
        return opened.manifest
      })
    },

    load(request, onProgress) {
      const ended = endEpoch()
      const own = createGate()
      gate = own
      return tasks.run(async (signal) => {
        await ended
        throwIfAborted(signal)
        const key = keyOf(request)
        if (loaded?.key === key) {
          loaded = { ...loaded, request }
          return loaded.report
        }
        loaded?.executor.close()
        loaded = null
        const context = {
          leading: ofRequest(request, opened),
          openPeerFile: (file: PeerFile) => files.open(file, request.leaderId),
          onProgress: pacedProgress(onProgress),
          signal,
          gate: own,
        }
        const loadOn = (wanted: LoadRequest) => gpuTrust.load(wanted, (each) => loadExecutor(each, context))
        const { executor, report } = await loadElsewhere(request, loadOn, measure)
        if (signal.aborted) executor.close()
        throwIfAborted(signal)
        // On what it turned to, the device is asked for the same share from now on.
        const { turnedTo } = report
        const again = turnedTo ? { ...request, executor: turnedTo.executor, pair: undefined } : request
        loaded = { key: keyOf(again), request, executor, report }
        return report
      })
    },

    holdLoad: (held) => gate.setClosed(held),

    addLane(peerId, endpoint) {
      lanes.get(peerId)?.close()
      const patience = endpoint.kind === 'local' ? { stallMs: localStallMs } : {}
      lanes.set(peerId, createLane(openLanePort(endpoint), { peerId, ...patience }))
    },

    addBulk: (peerId, endpoint) => files.add(peerId, endpoint),

    removePeer(peerId) {
      lanes.get(peerId)?.close()
      lanes.delete(peerId)
      files.remove(peerId)
    },

    async start(request, onStopped, onServed) {
      void endEpoch()
      const { shard, vocabulary } = request
      if (!loaded) throw new HeadroomError('internal', 'Nothing is loaded to start with.')
      if (JSON.stringify(loaded.request.shard) !== JSON.stringify(shard))
        throw new HeadroomError(
          'bad-message',
          `Plan ${shard.epoch} is to start with another share than was loaded for plan ${loaded.request.shard.epoch}. Load the model again.`,
        )
      const collective = connect(request)
      const rank = { config: loaded.request.manifest.config, shard, executor: loaded.executor, collective }
      const ended = new AbortController()
      const stopped = (error: unknown) => {
        if (ended.signal.aborted) return
        distrust(error)
        onStopped(toErrorData(error))
      }
      const leads = shard.rank === 0
      epoch = {
        request,
        collective,
        ended,
        leader: leads ? createLeader(rank, vocabulary) : null,
        served: leads ? Promise.resolve() : serve(rank, ended.signal, onServed && pacedTokens(onServed)).catch(stopped),
      }
    },

    infer(request, onPiece) {
      answer = createAnswer(request)
      return run(answer, onPiece)
    },

    goOn: (onPiece) => {
      if (!answer) return Promise.reject(new HeadroomError('internal', 'There is no answer to go on with.'))
      return run(answer, onPiece)
    },

    encode: (request) =>
      lead(({ leader, language: { tokenizer, sentence }, signal }) =>
        encodeTexts(request, { leader, tokenizer, sentence, signal }),
      ),

    peakMemoryBytes: () => Promise.resolve(loaded?.executor.memory.peakBytes ?? 0),

    cancel: () => tasks.cancel(),

    unload,

    close() {
      unload()
      for (const lane of lanes.values()) lane.close()
      lanes.clear()
      files.close()
    },
  }
}

/** Of what was loaded, whatever the epoch: a new plan with the same share needs nothing loaded. */
function keyOf({ shard, others: _others, ...request }: LoadRequest): string {
  return JSON.stringify([request, { ...shard, epoch: 0 }])
}

/** What this device has open already, where it is what the request is about. */
function ofRequest({ manifest }: LoadRequest, opened: OpenedFiles | null): OpenedFiles | null {
  const same = opened !== null && JSON.stringify(opened.manifest.sources) === JSON.stringify(manifest.sources)
  return same ? opened : null
}
