// A model file that lies on another device, read over a port that carries requests there. Every piece is checked against the digest sent
// with it before any of it is used.
import { HeadroomError, ModelFormatError } from '../base/errors.ts'
import { type Range, range } from '../base/ranges.ts'
import type { ByteSource, StridedCut } from './byte-source.ts'
import { sha256Hex } from './digest.ts'
import { inOrder } from './in-order.ts'
import { describeCut, MAX_PIECE_BYTES, MAX_SPAN_BYTES, type PeerRequest, parsePieceHead } from './peer-protocol.ts'
import { cutByteLength, splitCut } from './strided.ts'

/** Of one `read`: the next one is there when the first has been hashed. */
const PIECES_AT_ONCE = 2

/** Carries one request to the device that has the file. `onBytes` hears of every part of the answer as it arrives. */
export type AskPeer = (
  request: PeerRequest,
  options: { byteLength: number; onBytes(byteCount: number): void; signal: AbortSignal },
) => Promise<{ head: unknown; bytes: Uint8Array }>

export interface PeerFile {
  path: string
  size: number
  etag: string | null
}

/** `file` as its device describes it. Throws `model-not-found` where that has no hash of it. */
export function openPeerSource({ path, size, etag }: PeerFile, ask: AskPeer): ByteSource {
  if (etag === null) {
    throw new HeadroomError(
      'model-not-found',
      `${path} lies on the leader's device, which has not said what is in it. Open the file there again.`,
    )
  }
  let downloadedBytes = 0
  const onBytes = (byteCount: number) => {
    downloadedBytes += byteCount
  }
  const fetchPiece = async (cut: StridedCut, signal: AbortSignal) => {
    const answer = await ask({ etag, cut }, { byteLength: cutByteLength(cut), onBytes, signal })
    const { sha256 } = parsePieceHead(answer.head)
    if ((await sha256Hex(answer.bytes)) === sha256) return answer.bytes
    throw new ModelFormatError(
      `${describeCut(cut)} of ${path} came from the leader's device with a SHA-256 that is not theirs. Nothing of them was used. Reload the leader's page, open the file there again and load the model again.`,
      'model-corrupt',
    )
  }
  return {
    origin: { kind: 'local', path },
    name: path,
    size,
    etag,
    verified: 'digest',
    get downloadedBytes() {
      return downloadedBytes
    },
    read: (wanted, signal) => inOrder(runPieces(wanted), PIECES_AT_ONCE, fetchPiece, signal),
    readStrided: (cut, signal) => inOrder(cutPieces(cut), PIECES_AT_ONCE, fetchPiece, signal),
  }
}

function runPieces({ start, end }: Range): StridedCut[] {
  const pieces: StridedCut[] = []
  for (let first = start; first < end; first += MAX_PIECE_BYTES) {
    const length = Math.min(MAX_PIECE_BYTES, end - first)
    pieces.push({ first, stride: length, length, count: 1 })
  }
  return pieces
}

function cutPieces(cut: StridedCut): StridedCut[] {
  const runs = Math.floor(Math.min(MAX_PIECE_BYTES / cut.length, MAX_SPAN_BYTES / cut.stride))
  if (runs > 0) return splitCut(cut, runs)
  return splitCut(cut, 1).flatMap(({ first, length }) => runPieces(range(first, first + length)))
}
