// One piece of a file of this device for another one.
import { HeadroomError } from '../base/errors.ts'
import type { ByteSource } from './byte-source.ts'
import { sha256Hex } from './digest.ts'
import { fetchRequest } from './download-plan.ts'
import { describeCut, type PeerPieceHead, parsePeerRequest } from './peer-protocol.ts'
import { cutSpan } from './strided.ts'

/** Reads what is asked of one of `files`. Throws `bad-message` for what is no request or leads outside the file, `model-not-found` for another file. */
export async function servePiece(
  request: unknown,
  files: readonly ByteSource[],
  signal: AbortSignal,
): Promise<{ head: PeerPieceHead; bytes: Uint8Array }> {
  const { etag, cut } = parsePeerRequest(request)
  const source = files.find((file) => file.etag === etag)
  if (!source) {
    throw new HeadroomError(
      'model-not-found',
      'The leader no longer has the file that was asked for: it has opened another model. Load the model again.',
    )
  }
  if (cutSpan(cut).end > source.size) {
    throw new HeadroomError(
      'bad-message',
      `${describeCut(cut)} of ${source.name} were asked for, which has ${source.size} bytes. Reload both pages, so that they run the same version.`,
    )
  }
  const bytes = await fetchRequest({ source, cut }, signal)
  return { head: { sha256: await sha256Hex(bytes) }, bytes }
}
