// One byte range of a file, as RFC 9110 section 14 writes it.
import { RequestError } from './response.ts'

export interface ByteRange {
  start: number
  /** Exclusive. */
  end: number
}

/**
 * The range that a `Range` header asks for. Undefined means the whole file: no header, another unit, or several ranges (a server
 * may ignore those). Throws RequestError 416 when nothing of the file lies in it.
 */
export function parseByteRange(header: string | undefined, fileBytes: number): ByteRange | undefined {
  const match = /^bytes=\s*(\d*)-(\d*)\s*$/.exec(header ?? '')
  if (match === null) return undefined
  const [, from = '', to = ''] = match
  if (from === '' && to === '') return undefined
  const start = from === '' ? Math.max(0, fileBytes - Number(to)) : Number(from)
  const end = from === '' || to === '' ? fileBytes : Math.min(fileBytes, Number(to) + 1)
  if (from !== '' && to !== '' && Number(to) < start) return undefined
  if (start < end) return { start, end }
  const message = `${header} lies outside the file of ${fileBytes} bytes.`
  throw new RequestError(416, message, { 'content-range': `bytes */${fileBytes}` })
}
