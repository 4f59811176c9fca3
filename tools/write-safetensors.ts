// Writes tensors as a safetensors file (format: github.com/huggingface/safetensors): u64 header length, JSON header, data.
import { writeFile } from 'node:fs/promises'

export interface TensorToWrite {
  /** The format's own word: `F32`, `I64`. */
  dtype: string
  shape: readonly number[]
  /** Little-endian. */
  bytes: Uint8Array
}

export async function writeSafetensors(path: string, tensors: Readonly<Record<string, TensorToWrite>>): Promise<void> {
  await writeFile(path, safetensorsBytes(tensors))
}

export function safetensorsBytes(tensors: Readonly<Record<string, TensorToWrite>>): Uint8Array {
  let offset = 0
  const header: Record<string, unknown> = {}
  for (const [name, { dtype, shape, bytes }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] }
    offset += bytes.length
  }
  const json = Buffer.from(JSON.stringify(header))
  const padding = Buffer.alloc((8 - (json.length % 8)) % 8, ' ')
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(json.length + padding.length))
  return Buffer.concat([length, json, padding, ...Object.values(tensors).map(({ bytes }) => bytes)])
}
