// The tensors of a GGUF file by type, for files that hold one of each.
import { range } from '../../src/base/ranges.ts'
import { type BlockType, isBlockType } from '../../src/weights/block-types.ts'
import { readBytes } from '../../src/weights/byte-source.ts'
import { readGgufHeader } from '../../src/weights/gguf-header.ts'
import { diskSource } from './memory-source.ts'

export interface TypedTensor {
  name: string
  bytes: Uint8Array
}

/** Throws where a type of the file cannot be read. */
export async function blocksByType(path: string): Promise<Map<BlockType, TypedTensor>> {
  const source = diskSource(path)
  const found = new Map<BlockType, TypedTensor>()
  for (const { name, type, offset, byteLength } of (await readGgufHeader(source)).tensors.values()) {
    if (!isBlockType(type) || byteLength === null) throw new Error(`${path}: ${name} is of type ${type}`)
    found.set(type, { name, bytes: await readBytes(source, range(offset, offset + byteLength)) })
  }
  return found
}
