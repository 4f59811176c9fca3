// Reads tensors of a whole safetensors file: for expected outputs only.
import { fixtureBytes } from './fixture-files.ts'

export interface NamedTensor {
  shape: number[]
  values: Float32Array
}

/** Integers come as floats; tensors of other types are left out. */
export async function readSafetensors(path: string, dtypes = ['F32']): Promise<Map<string, NamedTensor>> {
  const bytes = await fixtureBytes(path)
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength))) as Record<
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
