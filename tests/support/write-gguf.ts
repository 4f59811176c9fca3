// Writes GGUF version 3 (format: ggml's docs/gguf.md). Typed values come first from `ggufValue`, so that a key has the type its writer gave it.
import { GGMLQuantizationType } from '@huggingface/gguf'

const ALIGNMENT = 32

/** By type: what a key's value is in bytes, with the number of its type before it. */
export const ggufValue = {
  uint16: (value: number) => Buffer.concat([u32(2), u16(value)]),
  uint32: (value: number) => Buffer.concat([u32(4), u32(value)]),
  int32: (value: number) => Buffer.concat([u32(5), u32(value)]),
  float32: (value: number) => Buffer.concat([u32(6), Buffer.from(new Float32Array([value]).buffer)]),
  bool: (value: boolean) => Buffer.concat([u32(7), Buffer.from([Number(value)])]),
  string: (value: string) => Buffer.concat([u32(8), text(value)]),
  strings: (values: readonly string[]) => Buffer.concat([u32(9), u32(8), u64(values.length), ...values.map(text)]),
  int32s: (values: readonly number[]) => Buffer.concat([u32(9), u32(5), u64(values.length), ...values.map(u32)]),
}

export interface GgufTensor {
  name: string
  /** Outermost dimension first. */
  shape: readonly number[]
  type: keyof typeof GGMLQuantizationType
  bytes: Uint8Array
}

export interface GgufFile {
  /** Values of `ggufValue`. */
  keys: Record<string, Buffer>
  tensors: GgufTensor[]
}

/** The file with tensors in their order. */
export function ggufBytes({ keys, tensors }: GgufFile): Uint8Array {
  const infos: Buffer[] = []
  const data: Buffer[] = []
  let dataBytes = 0
  for (const { name, shape, type, bytes } of tensors) {
    infos.push(tensorInfo(name, shape.toReversed(), GGMLQuantizationType[type], dataBytes))
    data.push(padded(bytes))
    dataBytes += data.at(-1)!.length
  }
  return Buffer.concat([ggufHead(keys, infos), ...data])
}

/** All that is before the data; `infos` as of `tensorInfo`. */
export function ggufHead(keys: GgufFile['keys'], infos: readonly Buffer[]): Buffer {
  const head = [Buffer.from('GGUF'), u32(3), u64(infos.length), u64(Object.keys(keys).length)]
  const keyValues = Object.entries(keys).flatMap(([key, value]) => [text(key), value])
  return padded(Buffer.concat([...head, ...keyValues, ...infos]))
}

/** `dimensions` innermost first; `offset` from the start of the data. */
export function tensorInfo(
  name: string,
  dimensions: readonly (number | bigint)[],
  type: GGMLQuantizationType,
  offset: number,
): Buffer {
  return Buffer.concat([text(name), u32(dimensions.length), ...dimensions.map(u64), u32(type), u64(offset)])
}

export function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((ALIGNMENT - (bytes.length % ALIGNMENT)) % ALIGNMENT)])
}

export function text(value: string): Buffer {
  return Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)])
}

function u16(value: number): Buffer {
  return Buffer.from(new Uint16Array([value]).buffer)
}

export function u32(value: number): Buffer {
  return Buffer.from(new Uint32Array([value]).buffer)
}

export function u64(value: number | bigint): Buffer {
  return Buffer.from(new BigUint64Array([BigInt(value)]).buffer)
}
