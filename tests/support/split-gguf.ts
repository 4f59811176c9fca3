// Splits a GGUF file as gguf-py's GGUFWriter does: all metadata in the first part, split.* in every one, tensors in their order.
import { readFileSync } from 'node:fs'
import { gguf } from '@huggingface/gguf'

const ALIGNMENT = 32
const UINT16 = 2
const INT32 = 5

/** Part i gets `tensorCounts[i]` tensors. */
export async function splitGguf(path: string, tensorCounts: readonly number[]): Promise<Uint8Array[]> {
  const whole = readFileSync(path)
  const { tensorInfos, tensorInfoByteRange, tensorDataOffset, metadata } = await gguf(path, { allowLocalFile: true })
  const metadataBytes = whole.subarray(24, tensorInfoByteRange[0])
  const dataStart = Number(tensorDataOffset)
  const starts = tensorInfos.map(({ offset }) => dataStart + Number(offset))
  let next = 0
  return tensorCounts.map((tensorCount, part) => {
    const infos: Buffer[] = []
    const data: Buffer[] = []
    let dataBytes = 0
    for (const index of Array.from({ length: tensorCount }, () => next++)) {
      const { name, shape, dtype } = tensorInfos[index]!
      infos.push(text(name), u32(shape.length), ...shape.map(u64), u32(dtype), u64(dataBytes))
      const bytes = padded(whole.subarray(starts[index]!, starts[index + 1] ?? whole.length))
      data.push(bytes)
      dataBytes += bytes.length
    }
    const split = [
      Buffer.concat([text('split.no'), u32(UINT16), u16(part)]),
      Buffer.concat([text('split.count'), u32(UINT16), u16(tensorCounts.length)]),
      Buffer.concat([text('split.tensors.count'), u32(INT32), u32(tensorInfos.length)]),
    ]
    const keyValues = part === 0 ? [metadataBytes, ...split] : split
    const keyCount = split.length + (part === 0 ? Number(metadata.kv_count) : 0)
    const head = [Buffer.from('GGUF'), u32(3), u64(tensorCount), u64(keyCount)]
    return Buffer.concat([padded(Buffer.concat([...head, ...keyValues, ...infos])), ...data])
  })
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((ALIGNMENT - (bytes.length % ALIGNMENT)) % ALIGNMENT)])
}

function text(value: string): Buffer {
  return Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)])
}

function u16(value: number): Buffer {
  return Buffer.from(new Uint16Array([value]).buffer)
}

function u32(value: number): Buffer {
  return Buffer.from(new Uint32Array([value]).buffer)
}

function u64(value: number | bigint): Buffer {
  return Buffer.from(new BigUint64Array([BigInt(value)]).buffer)
}
