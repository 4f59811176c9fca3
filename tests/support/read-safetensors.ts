// Reads tensors of a whole safetensors file: for expected outputs only.
import { readFile } from 'node:fs/promises'

export interface NamedTensor {
  shape: number[]
  values: Float32Array
}

/** Integers come as floats; tensors of other types are left out. */
export async function readSafetensors(path: string, dtypes = ['F32']): Promise<Map<string, NamedTensor>> {
  const bytes = await readFile(path)
  const headerLength = Number(bytes.readBigUInt64LE(0))
  const header = JSON.parse(bytes.subarray(8, 8 + headerLength).toString('utf8')) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >
  const tensors = new Map<string, NamedTensor>()
  for (const [name, tensor] of Object.entries(header)) {
    if (!dtypes.includes(tensor.dtype)) continue
    const [start, end] = tensor.data_offsets
    const own = Uint8Array.from(bytes.subarray(8 + headerLength + start, 8 + headerLength + end))
    tensors.set(name, {
      shape: tensor.shape,
      values: tensor.dtype === 'I32' ? Float32Array.from(new Int32Array(own.buffer)) : new Float32Array(own.buffer),
    })
  }
  return tensors
}
