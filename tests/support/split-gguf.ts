// Splits a GGUF file as gguf-py's GGUFWriter does: all metadata in the first part, split.* in every one, tensors in their order.
import { readFileSync } from 'node:fs'
import { gguf } from '@huggingface/gguf'
import { ggufValue, padded, tensorInfo, text, u32, u64 } from './write-gguf.ts'

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
      infos.push(tensorInfo(name, shape, dtype, dataBytes))
      const bytes = padded(whole.subarray(starts[index]!, starts[index + 1] ?? whole.length))
      data.push(bytes)
      dataBytes += bytes.length
    }
    const split = [
      Buffer.concat([text('split.no'), ggufValue.uint16(part)]),
      Buffer.concat([text('split.count'), ggufValue.uint16(tensorCounts.length)]),
      Buffer.concat([text('split.tensors.count'), ggufValue.int32(tensorInfos.length)]),
    ]
    const keyValues = part === 0 ? [metadataBytes, ...split] : split
    const keyCount = split.length + (part === 0 ? Number(metadata.kv_count) : 0)
    const head = [Buffer.from('GGUF'), u32(3), u64(tensorCount), u64(keyCount)]
    return Buffer.concat([padded(Buffer.concat([...head, ...keyValues, ...infos])), ...data])
  })
}
