// The engine worker: executor and lanes live here, so that nothing the page does can delay a collective.
import * as Comlink from 'comlink'
import { installErrorHandler } from './engine-errors.ts'
import { createEngine } from './engine-host.ts'
import type { ChannelMessage } from './engine-protocol.ts'

installErrorHandler()
const engine = createEngine()
Comlink.expose(engine)

globalThis.addEventListener('message', ({ data }: MessageEvent<Partial<ChannelMessage> | null>) => {
  if (data?.kind === 'channel') addChannel(data as ChannelMessage)
})

/** A channel that cannot be opened is missing when it is needed, and is then told by name; the others go on. */
function addChannel({ use, peerId, endpoint }: ChannelMessage): void {
  try {
    if (use === 'lane') engine.addLane(peerId, endpoint)
    else engine.addBulk(peerId, endpoint)
  } catch (error) {
    console.error(`The ${use} channel to ${peerId} could not be opened:`, error)
  }
}
