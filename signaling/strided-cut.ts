// Columns of a matrix that a file stores by rows: `count` runs of `length` bytes, `stride` apart. The mirror knows no tensors;
// this one cut is what a rank needs that holds columns, and saves it from fetching whole rows.
import type { FileHandle } from 'node:fs/promises'
import { RequestError } from './response.ts'

/** The most that one cut may bring: it is held whole, because its digest goes ahead of it. */
export const maximumCutBytes = 16 * 1024 * 1024
/** Neighbouring runs are read in one go while they span no more than this. */
const readSpanBytes = 1024 * 1024

export interface StridedCut {
  /** All in bytes, but for `count`. */
  first: number
  stride: number
  length: number
  count: number
}

const names = ['first', 'stride', 'length', 'count'] as const

/** The cut that a query asks for, checked against the file's size; undefined when it asks for none. Throws RequestError 400 or 413. */
export function parseStridedCut(query: URLSearchParams, fileBytes: number): StridedCut | undefined {
  if (!names.some((name) => query.has(name))) return undefined
  const [first, stride, length, count] = names.map((name) => wholeNumber(query.getAll(name), name)) as [
    number,
    number,
    number,
    number,
  ]
  if (length === 0 || count === 0) throw new RequestError(400, 'length and count must be at least 1.')
  if (count > 1 && stride < length) throw new RequestError(400, `stride ${stride} is less than length ${length}.`)
  const end = first + stride * (count - 1) + length
  if (end > fileBytes) throw new RequestError(400, `The cut ends at byte ${end}, the file at ${fileBytes}.`)
  if (length * count > maximumCutBytes)
    throw new RequestError(413, `The cut has ${length * count} bytes; ask for at most ${maximumCutBytes} at a time.`)
  return { first, stride, length, count }
}

/** Exactly `length * count` bytes. Throws when the file is shorter than the cut. */
export async function readStridedCut(file: FileHandle, { first, stride, length, count }: StridedCut): Promise<Buffer> {
  const cut = Buffer.allocUnsafe(length * count)
  const runsAtOnce = Math.max(1, Math.floor((readSpanBytes - length) / Math.max(1, stride)) + 1)
  const span = Buffer.allocUnsafe(runsAtOnce === 1 ? 0 : Math.min(count - 1, runsAtOnce - 1) * stride + length)
  for (let run = 0; run < count; run += runsAtOnce) {
    const runs = Math.min(runsAtOnce, count - run)
    const position = first + run * stride
    if (runs === 1) {
      await readExactly(file, cut.subarray(run * length, (run + 1) * length), position)
      continue
    }
    await readExactly(file, span.subarray(0, (runs - 1) * stride + length), position)
    for (let index = 0; index < runs; index++)
      span.copy(cut, (run + index) * length, index * stride, index * stride + length)
  }
  return cut
}

function wholeNumber(values: string[], name: string): number {
  const [text] = values
  const value = Number(text)
  if (values.length !== 1 || text === undefined || !/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new RequestError(
      400,
      `A cut needs ${names.join(', ')}, each one whole number; ${name} is ${JSON.stringify(values)}.`,
    )
  return value
}

async function readExactly(file: FileHandle, target: Buffer, position: number): Promise<void> {
  for (let done = 0; done < target.length; ) {
    const { bytesRead } = await file.read(target, done, target.length - done, position + done)
    if (bytesRead === 0) throw new Error(`The file ends before byte ${position + target.length}.`)
    done += bytesRead
  }
}
