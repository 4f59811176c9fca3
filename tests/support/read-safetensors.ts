// Reads tensors of a whole safetensors file: expected outputs, and checkpoints to be written in another form.
import { halfToFloat } from '../../src/base/half.ts'
import { fixtureBytes } from './fixture-files.ts'

export interface NamedTensor {
  shape: number[]
  values: Float32Array
}

export interface RawTensor {
  dtype: string
  shape: number[]
  /** A copy, at the start of its buffer. */
  bytes: Uint8Array<ArrayBuffer>
}

const DECODERS: Readonly<Record<string, (buffer: ArrayBuffer) => Float32Array>> = {
  F32: (buffer) => new Float32Array(buffer),
  I32: (buffer) => Float32Array.from(new Int32Array(buffer)),
  F16: (buffer) => Float32Array.from(new Uint16Array(buffer), halfToFloat),
  BF16: (buffer) => new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer),
}

/** Integers come as floats; tensors of other types are left out. */
export async function readSafetensors(path: string, dtypes = ['F32']): Promise<Map<string, NamedTensor>> {
  const tensors = new Map<string, NamedTensor>()
  for (const [name, { dtype, shape, bytes }] of rawSafetensors(await fixtureBytes(path))) {
    if (dtypes.includes(dtype)) tensors.set(name, { shape, values: DECODERS[dtype]!(bytes.buffer) })
  }
  return tensors
}

/** All tensors of the file, in its order. */
export function rawSafetensors(file: Uint8Array): Map<string, RawTensor> {
  const headerLength = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true))
  const { __metadata__, ...header } = JSON.parse(
    new TextDecoder().decode(file.subarray(8, 8 + headerLength)),
  ) as Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>
  return new Map(
    Object.entries(header).map(([name, { dtype, shape, data_offsets }]) => {
      const [start, end] = data_offsets
      const bytes = Uint8Array.from(file.subarray(8 + headerLength + start, 8 + headerLength + end))
      return [name, { dtype, shape, bytes }]
    }),
  )
}
