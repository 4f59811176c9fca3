// Loads one rank's shard: what is cached comes from there, the rest streams in, is cut on arrival, converted piece by piece and handed to
// the executor. Memory beyond the executor's own: a few requests of 1 MiB in flight and one piece, never a slice and never a whole tensor.
import { throwIfAborted } from '../base/errors.ts'
import type { ShardTensor, WeightPiece } from '../model/tensor.ts'
import { fileBytesOf } from './block-types.ts'
import { ByteReader } from './byte-reader.ts'
import type { ByteSource } from './byte-source.ts'
import { convertRows } from './convert.ts'
import { fetchRequest, planDownload } from './download-plan.ts'
import { checkFinite } from './finite.ts'
import type { Gate } from './gate.ts'
import { inOrder } from './in-order.ts'
import { checkSources, type ModelManifest } from './manifest.ts'
import { copyRect, rectByteLength, subtractRect, type TensorPart } from './rectangles.ts'
import { type SlicePiece, slicePieces } from './slice-pieces.ts'
import { transpose } from './transpose.ts'
import type { WeightCache } from './weight-cache.ts'

const REQUESTS_AT_ONCE = 6

export interface LoadProgress {
  /** Bytes of the file's own blocks that are with the executor. */
  loadedBytes: number
  /** All that this shard is made of, in the same bytes. */
  totalBytes: number
  /** Over the network since the load began, repeats included; cache hits are not counted. */
  downloadedBytes: number
}

export interface ShardLoad {
  manifest: ModelManifest
  /** `shardTensors(config, shard, residentFormats(manifest, wish))`. */
  tensors: readonly ShardTensor[]
  /** One for each of `manifest.sources`, in that order. */
  sources: readonly ByteSource[]
  /** null: nothing is kept. */
  cache: WeightCache | null
  /** Tensors come in the order in which they lie in the files, the rows of each in order. */
  loader: { write(piece: WeightPiece): void | Promise<void> }
  onProgress?: (progress: LoadProgress) => void
  signal?: AbortSignal
  /** While it is closed nothing is fetched. */
  gate?: Gate
}

/** Resolves once the last piece is written. Throws what sources and loader throw, `download-failed` where a source is another file than the manifest's, `model-format` for a weight that is no finite number, `aborted`. */
export async function loadShard(load: ShardLoad): Promise<{ downloadedBytes: number }> {
  const { manifest, tensors, sources, cache, loader, onProgress, signal, gate } = load
  checkSources(manifest, sources)
  const pieces = slicePieces(manifest, tensors)
  const totalBytes = pieces.reduce((sum, { part }) => sum + rectByteLength(part.rect), 0)
  const received = () => sources.reduce((sum, source) => sum + source.downloadedBytes, 0)
  const receivedBefore = received()

  const missing = pieces.map(({ part }) => cache?.missing(part) ?? [part])
  const { requests, skipBefore } = planDownload(missing.flat(), sources)
  const stream = new ByteReader(inOrder(requests, REQUESTS_AT_ONCE, fetchRequest, signal, gate))
  let partIndex = 0
  let loadedBytes = 0
  let kept: Promise<void> | undefined
  /** One write to the cache is under way while the next piece arrives. */
  const keep = async (part: TensorPart, bytes: Uint8Array) => {
    await kept
    kept = cache?.write(part, bytes)
  }
  try {
    for (const [index, piece] of pieces.entries()) {
      throwIfAborted(signal)
      const bytes = await assemble(piece, missing[index]!, async (part) => {
        await stream.skip(skipBefore[partIndex++]!)
        return await stream.take(rectByteLength(part.rect))
      })
      const held = toWeightPiece(piece, bytes)
      checkFinite(held, { fileName: sources[piece.part.source]!.name, tensorName: piece.nameInFile })
      await loader.write(held)
      loadedBytes += rectByteLength(piece.part.rect)
      onProgress?.({ loadedBytes, totalBytes, downloadedBytes: received() - receivedBefore })
    }
  } catch (error) {
    throwIfAborted(signal)
    throw error
  } finally {
    await kept
    await stream.close()
  }
  return { downloadedBytes: received() - receivedBefore }

  /** The piece's bytes as the file has them, from the stream and the cache; what came over the network goes into the cache. */
  async function assemble(
    { part }: SlicePiece,
    missingParts: readonly TensorPart[],
    next: (part: TensorPart) => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    if (missingParts.length === 1 && missingParts[0] === part) {
      const bytes = await next(part)
      await keep(part, bytes)
      return bytes
    }
    const bytes = new Uint8Array(rectByteLength(part.rect))
    const place = async (found: TensorPart, foundBytes: Uint8Array) => {
      copyRect(foundBytes, found.rect, bytes, part.rect)
      await keep(found, foundBytes)
    }
    const unfilled = (await cache?.readInto(part, bytes)) ?? [part]
    // What is neither coming nor readable after all was damaged in the cache.
    const damaged = missingParts.reduce((left, coming) => left.flatMap((p) => subtractPart(p, coming)), [...unfilled])
    for (const wanted of missingParts) await place(wanted, await next(wanted))
    for (const wanted of damaged) await place(wanted, await fetchPart(wanted))
    return bytes
  }

  function fetchPart(part: TensorPart): Promise<Uint8Array> {
    const again = new ByteReader(inOrder(planDownload([part], sources).requests, 1, fetchRequest, signal))
    return again.take(rectByteLength(part.rect)).finally(() => again.close())
  }
}

function subtractPart(part: TensorPart, hole: TensorPart): TensorPart[] {
  return subtractRect(part.rect, hole.rect).map((rect) => ({ ...part, rect }))
}

function toWeightPiece(piece: SlicePiece, bytes: Uint8Array): WeightPiece {
  const { tensor, firstRow, rowCount, type, transposed, fileColumns, keep } = piece
  const upright = transposed ? transpose(bytes, fileBytesOf(type, 1, 1), fileColumns, rowCount) : bytes
  const rows = { type, rowCount, columns: fileColumns, bytes: upright }
  return { tensor, firstRow, rowCount, bytes: convertRows(rows, keep, tensor.format) }
}
