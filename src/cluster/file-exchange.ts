// Files picked on the leader's device serve the whole room: its engine answers the other engines' requests for pieces over a bulk channel
// of each, and theirs ask it. Which end a device is shows in what it has open.
import { HeadroomError } from '../base/errors.ts'
import { BulkChannel } from '../net/bulk-channel.ts'
import { BULK_FRAME_BYTES } from '../net/bulk-frame.ts'
import { type LaneEndpoint, openLanePort } from '../net/lane-endpoint.ts'
import type { ByteSource } from '../weights/byte-source.ts'
import { openPeerSource, type PeerFile } from '../weights/peer-source.ts'
import { servePiece } from '../weights/serve-piece.ts'

/**
 * While this device answers, a peer gets one packet in this time: enough for it to know that the transfer lives, too little to be in the
 * lane's way. Loading and answering take turns, so only a peer that is late or does as it likes asks then.
 */
const answeringPauseMs = 250

export interface FileExchange {
  /** Call it in the task that received the endpoint. */
  add(peerId: string, endpoint: LaneEndpoint): void
  remove(peerId: string): void
  /** A file on `peerId`'s device. Throws `peer-lost` where there is no channel to it. */
  open(file: PeerFile, peerId: string): ByteSource
  close(): void
}

/** `files`: what this device has open now; only those that it alone has are given to others. `answering`: is an answer being made? */
export function createFileExchange(files: () => readonly ByteSource[], answering: () => boolean): FileExchange {
  const channels = new Map<string, BulkChannel>()
  const shared = () => files().filter(({ origin }) => origin.kind === 'local')
  return {
    add(peerId, endpoint) {
      channels.get(peerId)?.close()
      const channel = new BulkChannel(openLanePort(endpoint, BULK_FRAME_BYTES), {
        peerId,
        answer: (request, signal) => servePiece(request, shared(), signal),
        pauseMs: () => (answering() ? answeringPauseMs : 0),
      })
      channels.set(peerId, channel)
    },
    remove(peerId) {
      channels.get(peerId)?.close()
      channels.delete(peerId)
    },
    open(file, peerId) {
      const channel = channels.get(peerId)
      if (channel) return openPeerSource(file, (request, options) => channel.ask(request, options))
      throw new HeadroomError('peer-lost', `There is no connection to ${peerId}, which has ${file.path}. Join again.`)
    },
    close() {
      for (const channel of channels.values()) channel.close()
      channels.clear()
    },
  }
}
