// How the main thread gives a lane or a bulk channel to the engine worker: the data channel itself where browsers can transfer one, else
// a MessagePort with the main thread relaying. The worker opens either with `openLanePort` and never knows the difference.
import { MAX_FRAME_BYTES } from './frame.ts'
import type { LanePort } from './lane-port.ts'
import { messageLanePort } from './message-lane-port.ts'
import { relayChannel } from './relay.ts'
import { rtcLanePort } from './rtc-lane-port.ts'

/** Survives `postMessage` when its channel or port is in the transfer list. */
export type LaneEndpoint =
  | { kind: 'channel'; channel: RTCDataChannel }
  | { kind: 'relay'; port: MessagePort }
  /** One end of a `MessageChannel` between two workers of this tab. */
  | { kind: 'local'; port: MessagePort }

/** Call it in the task that received the endpoint. `maxFrameBytes` is the limit between devices, the same at both ends. */
export function openLanePort(endpoint: LaneEndpoint, maxFrameBytes = MAX_FRAME_BYTES): LanePort {
  switch (endpoint.kind) {
    case 'channel':
      return rtcLanePort(endpoint.channel, maxFrameBytes)
    case 'relay':
      return messageLanePort(endpoint.port, maxFrameBytes)
    case 'local':
      return messageLanePort(endpoint.port)
  }
}

/**
 * Hands a just created channel to a worker, in the same task. `post` is called with what to put in the message and its transfer list,
 * a second time with a relay where the browser cannot transfer data channels; what it throws otherwise is thrown on.
 */
export function handOverLane(
  channel: RTCDataChannel,
  post: (endpoint: LaneEndpoint, transfer: Transferable[]) => void,
): void {
  try {
    post({ kind: 'channel', channel }, [channel])
  } catch (error) {
    const untransferable = error instanceof TypeError || (error as { name?: unknown } | null)?.name === 'DataCloneError'
    if (!untransferable) throw error
    const port = relayChannel(channel)
    post({ kind: 'relay', port }, [port])
  }
}
