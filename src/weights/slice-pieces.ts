// A shard's tensors as pieces of about 1 MiB, in the order in which they lie in the files: so neighbours download as one.
import { ModelFormatError } from '../base/errors.ts'
import { alignOut, type Range, range, rangeLength } from '../base/ranges.ts'
import { bytesOf, type ShardTensor, tensorKey } from '../model/tensor.ts'
import { BLOCK_LAYOUT, type BlockType, fileBytesOf } from './block-types.ts'
import { type FilePlace, type ModelManifest, manifestTensor, placeInFile } from './manifest.ts'
import type { Rect, TensorPart } from './rectangles.ts'

const PIECE_BYTES = 1 << 20
/** A piece of a transposed tensor has a little of each of the file's rows: a server that cuts none sends all of them for every piece. */
const TRANSPOSED_PIECE_BYTES = 16 << 20
/** Rows of a piece come in multiples of this. */
const ROW_UNIT = 8

/** Some rows of one slice. */
export interface SlicePiece {
  tensor: ShardTensor
  /** What the file calls the tensor that this lies in. */
  nameInFile: string
  /** From `tensor.rows.start`. */
  firstRow: number
  rowCount: number
  /** In the file; on blocks of the file's type, so it may be wider than the slice. */
  part: TensorPart
  type: BlockType
  /** The part's rows are the slice's columns. */
  transposed: boolean
  /** Values of each row of the piece as it comes; of the part's rows unless they are transposed. */
  fileColumns: number
  /** Which of them belong to the slice. */
  keep: Range
}

/** Pieces of one tensor come in order of rows. Throws `model-format` for a tensor, rows or columns that the model does not have. */
export function slicePieces(manifest: ModelManifest, tensors: readonly ShardTensor[]): SlicePiece[] {
  return tensors
    .map((tensor) => ({ tensor, file: manifestTensor(manifest, tensor) }))
    .sort((a, b) => a.file.source - b.file.source || a.file.offset - b.file.offset)
    .flatMap(({ tensor, file }) => piecesOf(tensor, file))
}

function piecesOf(tensor: ShardTensor, file: ReturnType<typeof manifestTensor>): SlicePiece[] {
  const { name: nameInFile, source, type, columns, offset: tensorOffset } = file
  if (tensor.rows.end > file.rows || tensor.columns.end > columns) {
    throw new ModelFormatError(
      `Rows ${tensor.rows.start}-${tensor.rows.end}, columns ${tensor.columns.start}-${tensor.columns.end} of ${tensorKey(tensor)} were asked for, which is [${file.rows}, ${columns}].`,
    )
  }
  const place = placeInFile(file)
  const rowBytes = fileBytesOf(type, 1, place.columns)
  const covered = alignOut(tensor.columns, BLOCK_LAYOUT[type].blockSize, columns)
  const keep = range(tensor.columns.start - covered.start, tensor.columns.end - covered.start)
  const widest = Math.max(
    fileBytesOf(type, 1, rangeLength(covered)),
    bytesOf(tensor.format, 1, rangeLength(tensor.columns)),
  )
  const pieceBytes = place.transposed ? TRANSPOSED_PIECE_BYTES : PIECE_BYTES
  const rowsPerPiece = Math.max(1, Math.floor(pieceBytes / widest / ROW_UNIT)) * ROW_UNIT
  const pieces: SlicePiece[] = []
  for (let start = tensor.rows.start; start < tensor.rows.end; start += rowsPerPiece) {
    const rows = range(start, Math.min(tensor.rows.end, start + rowsPerPiece))
    pieces.push({
      tensor,
      nameInFile,
      firstRow: start - tensor.rows.start,
      rowCount: rangeLength(rows),
      part: { source, tensorOffset, rowBytes, rect: rectInFile(type, place, rows, covered) },
      type,
      transposed: place.transposed,
      fileColumns: rangeLength(covered),
      keep,
    })
  }
  return pieces
}

/** Our `rows` and `columns` as they lie in the file's tensor. */
function rectInFile(type: BlockType, place: FilePlace, rows: Range, columns: Range): Rect {
  const [down, along] = place.transposed ? [columns, rows] : [rows, columns]
  const bytesBefore = (column: number) => fileBytesOf(type, 1, place.firstColumn + column)
  return {
    rows: range(place.firstRow + down.start, place.firstRow + down.end),
    bytes: range(bytesBefore(along.start), bytesBefore(along.end)),
  }
}
