// `npm run bench -- compute`: one model, one phase, one number of threads; ours and every peer, in turns.
import { stat } from 'node:fs/promises'
import envPaths from 'env-paths'
import { type Browser, chromium } from 'playwright'
import { type EngineRequest, type GpuStep, type OwnProfile, promptLength } from '../../tests/bench/page/bench-engine.ts'
import { launchOptions } from '../chromium.ts'
import type { QualityFigures } from '../quality-figures.ts'
import { type BenchSite, openBenchSite } from './bench-site.ts'
import { countGpuStep, defaultModelQuality } from './default-model.ts'
import { openNativeEngine, openPageEngine, type RunningEngine } from './engines.ts'
import { faster, median, ratio, type Speed, speedOf } from './figures.ts'
import { ensurePeers, peerVersion } from './install-peers.ts'
import { noteOfBusyMachine } from './machine-load.ts'
import { type OnnxModel, onnxModel, type Products } from './onnx-model.ts'
import { benchCache, benchModel, type ComputeOptions } from './options.ts'
import { isIndispensable, oneThreadEngine, prefillTokens, profileTokens, roundsOf, takeTurns, words } from './turns.ts'

export type Peer = Speed & { version: string }

export interface ComputeReport {
  model: string
  /** As ours holds them. */
  weights: string
  threads: number
  phase: 'decode' | 'prefill'
  /** Tokens before the first timed decode step. */
  behind: number
  /** Timed runs of each engine. */
  runs: number
  ours: Speed & {
    /** Share of a step outside WASM kernels, the median of runs of their own. */
    javaScriptShare: number
    weightBytes: number
    kvBytes: number
    /** High-water mark less weights and KV cache. */
    otherBytes: number
    /** The same work on one thread, in the same turns; null where that is what `threads` says. */
    oneThread: Speed | null
  }
  peers: { wllama: Peer | null; 'llama.cpp': Peer | null; 'onnxruntime-web': Peer | null }
  ratios: {
    wllama: number | null
    'llama.cpp': number | null
    'onnxruntime-web': number | null
    /** Weight bytes read a second over what as many threads can read; null in prefill. */
    memory: number | null
    /** Two threads over one; null on one. */
    oneThread: number | null
  }
  /** Bytes a second that as many WASM threads read in the same browser. */
  readBytesPerSecond: number
  /** What quantizing costs, of the default model alone: the bars are in docs/COMMANDS.md. */
  quality: QualityFigures | null
  /** One decode step on WebGPU: counts, since this machine's adapter is software; null where that cannot hold the model. */
  gpuStep: GpuStep | null
  /** Why a peer is null, and what its figure is of; by peer. */
  notes: Record<string, string>
}

interface Contender {
  /** As its page is called. */
  engine: string
  version: string
  request: EngineRequest
}

export async function benchCompute(options: ComputeOptions): Promise<ComputeReport> {
  await ensurePeers()
  const notes = await noteOfBusyMachine()
  const cache = benchCache(envPaths('headroom', { suffix: '' }).cache)
  const model = await benchModel(options, cache)
  const site = await openBenchSite()
  let browser: Browser | undefined
  try {
    browser = await chromium.launch(launchOptions())
    const contenders = await listContenders(options, model.path, cache, site, notes)
    const running = new Map<string, RunningEngine>()
    for (const contender of contenders) {
      try {
        running.set(contender.engine, await openContender(browser, site, contender))
      } catch (error) {
        if (isIndispensable(contender.engine)) throw error
        notes[contender.engine] = words(error)
      }
    }
    const times = await takeTurns(running, options.phase, notes)
    const { own, profile } = running.get('ours')!
    const looks: OwnProfile[] = []
    for (let i = 0; i < roundsOf[options.phase]; i++)
      looks.push(await profile({ phase: options.phase, tokens: profileTokens[options.phase], freshToken: 900 + i }))
    const looked = looks[0]!
    for (const engine of running.values()) await engine.close()
    const gpuStep = await countGpuStep(browser, site, contenders[0]!.request).catch((error: unknown) => {
      notes.webgpu = words(error)
      return null
    })
    const isUsual = model.isDefault && options.behind === undefined
    const quality = isUsual ? await defaultModelQuality(options.threads) : null

    const speed = (engine: string): Peer | null => {
      const runs = times.get(engine)
      const contender = contenders.find((candidate) => candidate.engine === engine)
      return runs && contender ? { version: contender.version, ...speedOf(runs) } : null
    }
    const { version: _, ...ours } = speed('ours')!
    const wllama = faster([speed('wllama-2'), speed('wllama-3')])
    const onnx = speed('onnxruntime-web')
    const oneThread = times.has(oneThreadEngine) ? speedOf(times.get(oneThreadEngine)!) : null
    const peers = { wllama, 'llama.cpp': speed('llama.cpp'), 'onnxruntime-web': onnx }
    const readBytesPerSecond = speed('read-speed')!.tokensPerSecond * 2 ** 20
    for (const engine of ['wllama-2', 'wllama-3']) {
      const found = speed(engine)
      if (found) notes[engine] = `${found.version}: ${found.tokensPerSecond.toPrecision(3)} tokens/s`
    }
    return {
      model: model.name,
      weights: own!.weights,
      threads: options.threads,
      phase: options.phase,
      behind: options.behind ?? promptLength,
      runs: roundsOf[options.phase],
      ours: {
        ...ours,
        javaScriptShare: median(looks.map(({ kernelMs, totalMs }) => 1 - kernelMs / totalMs)),
        weightBytes: looked.weightBytes,
        kvBytes: looked.kvBytes,
        otherBytes: looked.peakBytes - looked.weightBytes - looked.kvBytes,
        oneThread,
      },
      peers,
      ratios: {
        wllama: ratio(ours, peers.wllama),
        'llama.cpp': ratio(ours, peers['llama.cpp']),
        'onnxruntime-web': ratio(ours, onnx),
        memory: options.phase === 'decode' ? (ours.tokensPerSecond * own!.bytesPerToken) / readBytesPerSecond : null,
        oneThread: ratio(ours, oneThread),
      },
      readBytesPerSecond,
      quality,
      gpuStep,
      notes,
    }
  } finally {
    await browser?.close()
    await site.close()
  }
}

async function listContenders(
  { threads, phase, weights, behind = promptLength }: ComputeOptions,
  path: string,
  cache: string,
  site: BenchSite,
  notes: Record<string, string>,
): Promise<Contender[]> {
  // Four gigabytes of weights leave room for the keys and values of a few tokens; such a model decodes no more of them in a run.
  const decodeLength = (await stat(path)).size > 3.5e9 ? 64 : 128
  const contextLength = phase === 'decode' ? behind - promptLength + decodeLength : prefillTokens + 128
  const request = { model: { url: site.fileUrl(path), path }, onnx: null, threads, contextLength, behind }
  const served = ({ graph, weights, ...shape }: OnnxModel) => ({
    ...shape,
    graph: site.fileUrl(graph),
    weights: site.fileUrl(weights),
  })
  const onnx = async (): Promise<Contender[]> => {
    // One scale a row, which random int8 weights have, runs five times as fast there as blocks of 32.
    const products: Products = weights === 'int8' ? 'columns' : 'blocks'
    try {
      const model = await onnxModel(cache, path, products)
      const version = await peerVersion('onnxruntime-web')
      return [{ engine: 'onnxruntime-web', version, request: { ...request, onnx: served(model) } }]
    } catch (error) {
      notes['onnxruntime-web'] = words(error)
      return []
    }
  }
  const native = { engine: 'llama.cpp', version: `node-llama-cpp ${await peerVersion('node-llama-cpp')}`, request }
  const own = ['read-speed', 'ours'].map((engine) => ({ engine, version: '', request }))
  if (threads > 1) own.push({ engine: oneThreadEngine, version: '', request: { ...request, threads: 1 } })
  if (behind > promptLength) {
    for (const peer of ['wllama', 'onnxruntime-web']) notes[peer] = `A prompt of ${behind} tokens takes it minutes.`
    return [...own, native]
  }
  return [
    ...own,
    { engine: 'wllama-2', version: await peerVersion('wllama-2'), request },
    { engine: 'wllama-3', version: await peerVersion('wllama-3'), request },
    native,
    ...(await onnx()),
  ]
}

function openContender(browser: Browser, site: BenchSite, { engine, request }: Contender): Promise<RunningEngine> {
  if (engine === 'llama.cpp') return openNativeEngine(request)
  return openPageEngine(browser, site, engine === oneThreadEngine ? 'ours' : engine, request)
}
