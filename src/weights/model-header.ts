// What the head of a model file says, in one shape for GGUF and safetensors, checked against the file it heads.
import { ModelFormatError } from '../base/errors.ts'
import { BLOCK_LAYOUT, BLOCK_TYPES, fileBytesOf, isBlockType } from './block-types.ts'

/** One tensor as its file declares it. */
export interface HeaderTensor {
  name: string
  /** The file's own word: one of `BLOCK_TYPES` or a type that this version cannot read. */
  type: string
  /** Outermost dimension first: `[rows, columns]`, `[size]`. */
  shape: readonly number[]
  /** From the start of the file. */
  offset: number
  /** null for a type that this version cannot read. */
  byteLength: number | null
}

export interface ModelHeader {
  /** JSON-safe key-value pairs; GGUF's also hold the tokenizer. */
  metadata: Readonly<Record<string, unknown>>
  tensors: ReadonlyMap<string, HeaderTensor>
}

/** Bytes of a tensor of this shape; null for an unknown type. Throws where rows are no whole number of blocks or the size is absurd. */
export function declaredBytes(fileName: string, name: string, type: string, shape: readonly number[]): number | null {
  if (!isBlockType(type)) return null
  const columns = shape.at(-1) ?? 1
  const { blockSize } = BLOCK_LAYOUT[type]
  if (columns % blockSize !== 0) {
    throw new ModelFormatError(
      `${fileName}: rows of ${name} have ${columns} values, no multiple of the ${blockSize} that ${type} packs together. The file is damaged.`,
    )
  }
  const byteLength = fileBytesOf(
    type,
    shape.slice(0, -1).reduce((product, size) => product * size, 1),
    columns,
  )
  if (Number.isSafeInteger(byteLength) && shape.every((size) => size > 0)) return byteLength
  throw new ModelFormatError(
    `${fileName}: ${name} claims the impossible shape [${shape.join(', ')}]. The file is damaged.`,
  )
}

/** Every tensor inside the file, none over another, no name twice. Throws `ModelFormatError` with the tensor and the numbers. */
export function checkedTensors(
  fileName: string,
  fileSize: number,
  tensors: readonly HeaderTensor[],
): Map<string, HeaderTensor> {
  let last: HeaderTensor | null = null
  for (const tensor of [...tensors].sort((a, b) => a.offset - b.offset)) {
    const end = tensor.offset + (tensor.byteLength ?? 1)
    if (!(tensor.offset >= 0 && Number.isSafeInteger(end) && end <= fileSize)) {
      throw new ModelFormatError(
        `${fileName} has ${fileSize} bytes, but ${tensor.name} claims bytes ${tensor.offset} to ${end}: the file is cut short or damaged. Fetch it again.`,
      )
    }
    if (last && tensor.offset < last.offset + (last.byteLength ?? 1)) {
      throw new ModelFormatError(
        `${fileName}: ${tensor.name} at byte ${tensor.offset} lies over ${last.name}, which ends at ${last.offset + (last.byteLength ?? 1)}. The file is damaged.`,
      )
    }
    last = tensor
  }
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  if (byName.size === tensors.length) return byName
  const twice = tensors.find((tensor) => byName.get(tensor.name) !== tensor)
  throw new ModelFormatError(`${fileName} names the tensor ${twice?.name} twice. The file is damaged.`)
}

export function unsupportedType(fileName: string, { name, type }: HeaderTensor): ModelFormatError {
  return new ModelFormatError(
    `${fileName}: ${name} is of type ${type}, which cannot be run yet. Types that can: ${BLOCK_TYPES.join(', ')}. Take the same model in one of these.`,
    'model-unsupported',
  )
}
