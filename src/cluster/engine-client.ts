// The main thread's hold on an engine worker. Comlink carries the calls; here are the three things it does not: typed errors, the
// transfer of a channel in the task that made it, and the death of the worker.
import * as Comlink from 'comlink'
import { abortError, HeadroomError } from '../base/errors.ts'
import { handOverLane, type LaneEndpoint } from '../net/lane-endpoint.ts'
import type { ChannelUse } from '../net/peer-link.ts'
import { keepDownloads } from '../weights/weight-cache.ts'
import { installErrorHandler } from './engine-errors.ts'
import type { ChannelMessage, Engine } from './engine-protocol.ts'

/** An `Engine` in a worker of this tab. */
export interface EngineClient extends Engine {
  /** Gives the just created channel to the worker; call it in the task that created it. */
  addChannel(use: ChannelUse, peerId: string, channel: RTCDataChannel): void
}

/** Starts a worker; it costs a thread until `close`. Whatever still waits when it dies or is closed rejects and says so. */
export function startEngine(): EngineClient {
  installErrorHandler()
  const worker = new Worker(new URL('./engine-worker.ts', import.meta.url), { type: 'module', name: 'engine' })
  const remote = Comlink.wrap<Engine>(worker)
  const waiting = new Set<(error: HeadroomError) => void>()
  let ended: HeadroomError | null = null
  const end = (error: HeadroomError) => {
    ended ??= error
    for (const reject of waiting) reject(ended)
    waiting.clear()
  }
  worker.onerror = ({ message }) => {
    const why = message || 'it could not be loaded'
    end(new HeadroomError('internal', `The engine worker stopped (${why}). Reload the page.`))
  }
  /** Comlink alone would wait for ever for a worker that is gone. */
  const alive = <T>(call: Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      if (ended) reject(ended)
      else waiting.add(reject)
      call.then(resolve, reject).finally(() => waiting.delete(reject))
    })
  /** For orders without an answer: that the worker is gone shows in the next call that has one. */
  const tell = (order: Promise<unknown>) => {
    alive(order).catch(() => undefined)
  }
  /** Throws where the endpoint cannot be transferred: Comlink would make a rejection of it, too late for another way. */
  const handTo = (use: ChannelUse, peerId: string) => (endpoint: LaneEndpoint, transfer: Transferable[]) =>
    worker.postMessage({ kind: 'channel', use, peerId, endpoint } satisfies ChannelMessage, transfer)
  const add = (use: ChannelUse) => (peerId: string, endpoint: LaneEndpoint) =>
    handTo(use, peerId)(endpoint, endpoint.kind === 'channel' ? [endpoint.channel] : [endpoint.port])
  return {
    assess: (request) => alive(remote.assess(request)),
    measure: (request, onFigure) => alive(remote.measure(request, Comlink.proxy(onFigure))),
    openModel: (source) => alive(remote.openModel(source)),
    inspectModel: (source) => alive(remote.inspectModel(source)),
    nameFiles: () => alive(remote.nameFiles()),
    async load(request, onProgress) {
      const report = await alive(remote.load(request, Comlink.proxy(onProgress)))
      tell(keepDownloads()) // Workers cannot ask, and people may take their time to answer.
      return report
    },
    holdLoad: (held) => tell(remote.holdLoad(held)),
    addLane: add('lane'),
    addBulk: add('bulk'),
    addChannel: (use, peerId, channel) => handOverLane(channel, handTo(use, peerId)),
    removePeer: (peerId) => tell(remote.removePeer(peerId)),
    start: (request, onStopped, onServed) =>
      alive(remote.start(request, Comlink.proxy(onStopped), onServed && Comlink.proxy(onServed))),
    infer: (request, onPiece) => alive(remote.infer(request, Comlink.proxy(onPiece))),
    goOn: (onPiece) => alive(remote.goOn(Comlink.proxy(onPiece))),
    encode: (request) => alive(remote.encode(request)),
    peakMemoryBytes: () => alive(remote.peakMemoryBytes()),
    cancel: () => tell(remote.cancel()),
    unload: () => tell(remote.unload()),
    close() {
      worker.terminate()
      end(abortError('The engine was closed.'))
    },
  }
}
