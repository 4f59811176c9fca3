// What tells a file that a person picked from every other one: neither its name, size nor date does, so its whole content is hashed. In
// pieces, because crypto.subtle has no streaming form; so several are read and hashed at the same time.
import { range } from '../base/ranges.ts'
import { type ByteSource, readBytes } from './byte-source.ts'
import { sha256Hex } from './digest.ts'
import { inOrder } from './in-order.ts'

const PIECE_BYTES = 1 << 20
const PIECES_AT_ONCE = 4

/** A strong ETag: SHA-256 of the list of SHA-256 of every MiB. Reads all of `source`. */
export async function contentEtag(source: ByteSource, signal?: AbortSignal): Promise<string> {
  const starts = Array.from({ length: Math.ceil(source.size / PIECE_BYTES) }, (_, index) => index * PIECE_BYTES)
  const digestAt = async (start: number, pieceSignal: AbortSignal) => {
    const piece = range(start, Math.min(source.size, start + PIECE_BYTES))
    return sha256Hex(await readBytes(source, piece, pieceSignal))
  }
  let digests = ''
  for await (const digest of inOrder(starts, PIECES_AT_ONCE, digestAt, signal)) digests += digest
  return `"sha256-mib-${await sha256Hex(new TextEncoder().encode(digests))}"`
}
