// Rectangles of a row-major tensor as it lies in a file: rows by bytes of each row. Slices, requests and cache entries all are one.
import { intersect, isEmpty, type Range, range, rangeLength } from '../base/ranges.ts'
import type { StridedCut } from './byte-source.ts'

export interface Rect {
  rows: Range
  /** Of each row. */
  bytes: Range
}

/** A rectangle of one tensor of one file. */
export interface TensorPart {
  /** Index of the file among the model's. */
  source: number
  /** Where the tensor starts in the file. */
  tensorOffset: number
  /** Of the whole tensor. */
  rowBytes: number
  rect: Rect
}

export function rectByteLength({ rows, bytes }: Rect): number {
  return rangeLength(rows) * rangeLength(bytes)
}

export function intersectRects(a: Rect, b: Rect): Rect | null {
  const common = { rows: intersect(a.rows, b.rows), bytes: intersect(a.bytes, b.bytes) }
  return isEmpty(common.rows) || isEmpty(common.bytes) ? null : common
}

/** What of `rect` lies outside `hole`, as up to four disjoint rectangles, top to bottom. */
export function subtractRect(rect: Rect, hole: Rect): Rect[] {
  const common = intersectRects(rect, hole)
  if (!common) return [rect]
  const { rows, bytes } = common
  return [
    { rows: range(rect.rows.start, rows.start), bytes: rect.bytes },
    { rows, bytes: range(rect.bytes.start, bytes.start) },
    { rows, bytes: range(bytes.end, rect.bytes.end) },
    { rows: range(rows.end, rect.rows.end), bytes: rect.bytes },
  ].filter((part) => !isEmpty(part.rows) && !isEmpty(part.bytes))
}

/** Copies the common part; both arrays hold their rectangle row after row without gaps. */
export function copyRect(from: Uint8Array, fromRect: Rect, to: Uint8Array, toRect: Rect): void {
  const common = intersectRects(fromRect, toRect)
  if (!common) return
  const fromWidth = rangeLength(fromRect.bytes)
  const toWidth = rangeLength(toRect.bytes)
  for (let row = common.rows.start; row < common.rows.end; row++) {
    const fromRow = (row - fromRect.rows.start) * fromWidth - fromRect.bytes.start
    const toRow = (row - toRect.rows.start) * toWidth - toRect.bytes.start
    to.set(from.subarray(fromRow + common.bytes.start, fromRow + common.bytes.end), toRow + common.bytes.start)
  }
}

/** Where the part's bytes lie in the file; whole rows become one run. */
export function cutOf({ tensorOffset, rowBytes, rect }: TensorPart): StridedCut {
  const first = tensorOffset + rect.rows.start * rowBytes + rect.bytes.start
  const length = rangeLength(rect.bytes)
  const count = rangeLength(rect.rows)
  if (length < rowBytes) return { first, stride: rowBytes, length, count }
  return { first, stride: length * count, length: length * count, count: 1 }
}
