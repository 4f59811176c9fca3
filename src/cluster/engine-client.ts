// The main thread's hold on an engine worker. Comlink carries the calls; here are the three things it does not: typed errors, the
// transfer of a lane in the task that made it, and the death of the worker.
import * as Comlink from 'comlink'
import { HeadroomError } from '../base/errors.ts'
import { handOverLane, type LaneEndpoint } from '../net/lane-endpoint.ts'
import { installErrorHandler } from './engine-errors.ts'
import type { Engine } from './engine-protocol.ts'

/** An `Engine` in a worker of this tab. */
export interface EngineClient extends Engine {
  /** Gives the just created channel to the worker; call it in the task that created it. */
  addChannel(peerId: string, channel: RTCDataChannel): void
}

/** Starts a worker; it costs a thread until `close`. Rejections of a worker that died say so. */
export function startEngine(): EngineClient {
  installErrorHandler()
  const worker = new Worker(new URL('./engine-worker.ts', import.meta.url), { type: 'module', name: 'engine' })
  const remote = Comlink.wrap<Engine>(worker)
  const died = new Promise<never>((_, reject) => {
    worker.onerror = ({ message }) =>
      reject(
        new HeadroomError(
          'internal',
          `The engine worker stopped (${message || 'it could not be loaded'}). Reload the page.`,
        ),
      )
  })
  died.catch(() => undefined)
  const alive = <T>(call: Promise<T>): Promise<T> => Promise.race([call, died])
  const addLane = (peerId: string, endpoint: LaneEndpoint, transfer: Transferable[]) => {
    void alive(remote.addLane(peerId, Comlink.transfer(endpoint, transfer)))
  }
  return {
    assess: (request) => alive(remote.assess(request)),
    measure: (request, onFigure) => alive(remote.measure(request, Comlink.proxy(onFigure))),
    openModel: (source, weights) => alive(remote.openModel(source, weights)),
    load: (request, onProgress) => alive(remote.load(request, Comlink.proxy(onProgress))),
    addLane: (peerId, endpoint) =>
      addLane(peerId, endpoint, endpoint.kind === 'channel' ? [endpoint.channel] : [endpoint.port]),
    addChannel: (peerId, channel) => handOverLane(channel, (endpoint, transfer) => addLane(peerId, endpoint, transfer)),
    removeLane: (peerId) => void alive(remote.removeLane(peerId)),
    start: (request, onStopped) => alive(remote.start(request, Comlink.proxy(onStopped))),
    infer: (request, onText) => alive(remote.infer(request, Comlink.proxy(onText))),
    cancel: () => void alive(remote.cancel()),
    close: () => worker.terminate(),
  }
}
