// GGUF headers through @huggingface/gguf. The library asks for 2 MB at a time, 0.5 MB ahead of need, and takes zeros after the end of a
// file for data; here it is given a header that is whole. So no byte comes twice, few come in vain, and nothing is parsed twice.
// Format: ggml's docs/gguf.md.
import { GGMLQuantizationType, type GGUFParseOutput, gguf } from '@huggingface/gguf'
import { ModelFormatError, throwIfAborted } from '../base/errors.ts'
import { range } from '../base/ranges.ts'
import { type ByteSource, readBytes } from './byte-source.ts'
import { ggufReach } from './gguf-reach.ts'
import { checkedTensors, declaredBytes, type HeaderTensor, type ModelHeader } from './model-header.ts'

const FIRST_READ_BYTES = 64 << 10
/** The library's own limit is 50 MB. */
const MAX_HEADER_BYTES = 48 << 20
const MAGIC = 'GGUF'

/** Throws `ModelFormatError` for wrong magic, a header or a tensor that the file does not hold, overlaps; and what reading throws. */
export async function readGgufHeader(source: ByteSource, signal?: AbortSignal): Promise<ModelHeader> {
  const { name, size } = source
  let held = await readBytes(source, range(0, Math.min(size, FIRST_READ_BYTES)), signal)
  checkMagic(name, held)
  for (let reach = ggufReach(held); reach > held.length; reach = ggufReach(held)) {
    if (reach > Math.min(size, MAX_HEADER_BYTES)) throw cutShort(name, size, reach)
    held = await grow(source, held, Math.min(size, MAX_HEADER_BYTES, Math.max(reach, nextLength(held.length))), signal)
  }
  throwIfAborted(signal)
  const parsed = await parse(held).catch((cause: unknown) => {
    throw damaged(name, cause)
  })
  const [, end] = parsed.tensorInfoByteRange
  if (end > held.length) throw cutShort(name, size, end)
  return toHeader(source, parsed)
}

/** Fast to a megabyte, then doubling: few requests, few bytes too many. */
function nextLength(byteLength: number): number {
  return byteLength * (byteLength < 1 << 20 ? 4 : 2)
}

function checkMagic(name: string, head: Uint8Array): void {
  const magic = String.fromCharCode(...head.subarray(0, 4))
  if (magic === MAGIC) return
  const hint = magic === 'ggjt' || magic === 'lmgg' ? ' It looks like a file of the years before GGUF.' : ''
  throw new ModelFormatError(
    `${name} is no GGUF file: it starts with ${JSON.stringify(magic)}, not "${MAGIC}".${hint} Open a .gguf file.`,
  )
}

async function grow(source: ByteSource, held: Uint8Array, length: number, signal?: AbortSignal): Promise<Uint8Array> {
  const more = new Uint8Array(length)
  more.set(held)
  more.set(await readBytes(source, range(held.length, length), signal), held.length)
  return more
}

function parse(held: Uint8Array): Promise<GGUFParseOutput> {
  const readHeld = async (_url: unknown, init?: { headers?: HeadersInit }) => {
    const [start, last] = (new Headers(init?.headers).get('range') ?? '').replace('bytes=', '').split('-').map(Number)
    const chunk = new Uint8Array(last! - start! + 1)
    chunk.set(held.subarray(start, last! + 1))
    return new Response(chunk)
  }
  return gguf('https://headroom.invalid/model.gguf', { fetch: readHeld })
}

function toHeader(source: ByteSource, parsed: GGUFParseOutput): ModelHeader {
  const { name: fileName, size } = source
  if (!parsed.littleEndian) {
    throw new ModelFormatError(`${fileName} is a big-endian GGUF file, which cannot be run yet.`, 'model-unsupported')
  }
  const metadata = jsonSafe({ ...parsed.metadata })
  const dataStart = Number(parsed.tensorDataOffset)
  const tensors = parsed.tensorInfos.map((info): HeaderTensor => {
    const type = GGMLQuantizationType[info.dtype] ?? `number ${info.dtype}`
    const shape = info.shape.map(Number).reverse()
    const byteLength = declaredBytes(fileName, info.name, type, shape)
    return { name: info.name, type, shape, offset: dataStart + Number(info.offset), byteLength }
  })
  return { metadata, tensors: checkedTensors(fileName, size, tensors) }
}

/** 64-bit integers become numbers, or decimal text past 2^53. */
function jsonSafe(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const safe = (value: unknown): unknown => {
    if (Array.isArray(value))
      return value.some((item) => typeof item === 'object' || typeof item === 'bigint') ? value.map(safe) : value
    if (typeof value !== 'bigint') return value
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : String(value)
  }
  return Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, safe(value)]))
}

function damaged(name: string, cause: unknown): ModelFormatError {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new ModelFormatError(
    `The header of ${name} cannot be read: ${message}. The file is damaged; fetch it again.`,
    'model-format',
    { cause },
  )
}

function cutShort(name: string, size: number, reach: number): ModelFormatError {
  const why =
    reach > size
      ? `the file ends after ${size} bytes, inside its header`
      : `it goes on after ${MAX_HEADER_BYTES} bytes, which no model's does`
  return new ModelFormatError(
    `The header of ${name} cannot be read: ${why}. The file is cut short or damaged; fetch it again.`,
  )
}
