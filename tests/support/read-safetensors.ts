// Reads float32 tensors of a whole safetensors file: for expected outputs only.
import { readFile } from 'node:fs/promises'

export interface NamedTensor {
  shape: number[]
  values: Float32Array
}

export async function readSafetensors(path: string): Promise<Map<string, NamedTensor>> {
  const bytes = await readFile(path)
  const headerLength = Number(bytes.readBigUInt64LE(0))
  const header = JSON.parse(bytes.subarray(8, 8 + headerLength).toString('utf8')) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >
  const tensors = new Map<string, NamedTensor>()
  for (const [name, tensor] of Object.entries(header)) {
    if (tensor.dtype !== 'F32') continue
    const [start, end] = tensor.data_offsets
    const own = Uint8Array.from(bytes.subarray(8 + headerLength + start, 8 + headerLength + end))
    tensors.set(name, { shape: tensor.shape, values: new Float32Array(own.buffer) })
  }
  return tensors
}
