// A wire over WebRTC: simple-peer with trickle ICE and its own ordered channel, and beside it the lane and the bulk channel, negotiated
// in advance on both ends so that they exist, and can be handed to a worker, before anything is connected.
import type { Instance } from 'simple-peer'
import SimplePeer from 'simple-peer/simplepeer.min.js'
import { HeadroomError } from '../base/errors.ts'
import { parsePeerSignal } from './peer-signal.ts'
import type { IceServer } from './signaling-protocol.ts'
import type { Wire, WireEvents } from './wire.ts'

/** Ids are the same on both ends. Pieces of bulk data arrive in order; the lane's frames say themselves where they belong. */
const channels = [
  { use: 'lane', id: 77, ordered: false },
  { use: 'bulk', id: 78, ordered: true },
] as const

/** `lane`: collectives, in small messages that wait for each other. `bulk`: megabytes that nobody waits for token by token. */
export type ChannelUse = (typeof channels)[number]['use']

export interface RtcWireOptions {
  /** One side initiates, the other does not. */
  initiator: boolean
  iceServers: readonly IceServer[]
  /** Order and loss are forgiven as far as WebRTC does. */
  sendSignal(signal: unknown): void
}

/** Throws `peer-unreachable` where the browser has no WebRTC or refuses the servers. The channels are still opening. */
export function openRtcWire(
  { initiator, iceServers, sendSignal }: RtcWireOptions,
  { onOpen, onData, onGone }: WireEvents,
): { wire: Wire; channels: readonly { use: ChannelUse; channel: RTCDataChannel }[] } {
  const { peer, connection } = openPeer(initiator, iceServers)
  const opened = channels.map(({ use, id, ordered }) => ({
    use,
    channel: connection.createDataChannel(use, { negotiated: true, id, ordered }),
  }))
  peer.on('signal', (signal) => sendSignal(signal))
  peer.on('connect', onOpen)
  peer.on('data', onData)
  peer.on('error', onGone)
  peer.on('close', () => onGone(undefined))
  const wire: Wire = {
    get bufferedBytes() {
      return peer.bufferSize
    },
    signal: (data) => peer.signal(parsePeerSignal(data, initiator ? 'answer' : 'offer')),
    send: (bytes) => peer.send(bytes),
    close: () => peer.destroy(),
  }
  return { wire, channels: opened }
}

function openPeer(
  initiator: boolean,
  iceServers: readonly IceServer[],
): { peer: Instance; connection: RTCPeerConnection } {
  try {
    // Without `iceServers` simple-peer would ask public STUN servers.
    const config = { iceServers: [...iceServers] }
    const peer = new SimplePeer({ initiator, trickle: true, objectMode: true, config })
    const { _pc: connection } = peer as unknown as { _pc: RTCPeerConnection | undefined }
    if (connection) return { peer, connection }
  } catch (cause) {
    throw new HeadroomError('peer-unreachable', `This browser has no WebRTC, or it is switched off: ${String(cause)}`, {
      cause,
    })
  }
  throw new HeadroomError(
    'peer-unreachable',
    `This browser refuses the server's ICE servers ${JSON.stringify(iceServers)}: correct the server's configuration.`,
  )
}
