// The engine worker: executor and lanes live here, so that nothing the page does can delay a collective.
import * as Comlink from 'comlink'
import { installErrorHandler } from './engine-errors.ts'
import { createEngine } from './engine-host.ts'
import type { LaneMessage } from './engine-protocol.ts'

installErrorHandler()
const engine = createEngine()
Comlink.expose(engine)

globalThis.addEventListener('message', ({ data }: MessageEvent<Partial<LaneMessage> | null>) => {
  if (data?.kind === 'lane') addLane(data as LaneMessage)
})

/** A lane that cannot be opened is missing when a plan starts, and is then told by name; the others go on. */
function addLane({ peerId, endpoint }: LaneMessage): void {
  try {
    engine.addLane(peerId, endpoint)
  } catch (error) {
    console.error(`The lane to ${peerId} could not be opened:`, error)
  }
}
