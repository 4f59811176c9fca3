// A GGUF model in several files, as llama-gguf-split and gguf-py write them: the first holds all metadata, each holds some tensors and
// says which part it is of how many. https://github.com/ggml-org/llama.cpp/tree/master/tools/gguf-split
import { ModelFormatError } from '../base/errors.ts'
import type { ModelHeader } from './model-header.ts'

/** A file's name and what its head says. */
export interface GgufPart {
  name: string
  header: ModelHeader
}

/** llama.cpp counts in 16 bits. */
const MAX_PARTS = 65_535

const PART_NAME = /^(?<stem>.*)-(?<number>\d{5})-of-(?<count>\d{5})\.gguf$/

/** All parts' names, in order, where `name` (or a path, or an address without query) names one of several; else `name` alone. */
export function ggufPartNames(name: string): string[] {
  const { stem, count } = PART_NAME.exec(name)?.groups ?? {}
  if (stem === undefined || Number(count) < 1) return [name]
  return Array.from({ length: Number(count) }, (_, index) => partName(stem, index, Number(count)))
}

/** The metadata of the one model that `parts` are, in any order. Throws `ModelFormatError` where a part is missing, there twice, or of another model. */
export function joinedMetadata(parts: readonly GgufPart[]): ModelHeader['metadata'] {
  const [only] = parts
  if (parts.length === 1 && only && splitField(only, 'split.count', 1) <= 1) return only.header.metadata
  const byNumber = new Map<number, GgufPart>()
  for (const part of parts) {
    const count = splitField(part, 'split.count', 1)
    if (count > MAX_PARTS)
      throw refused(`${part.name} says in split.count that it is one of ${count} files. It is damaged; fetch it again.`)
    if (count <= 1)
      throw refused(`${part.name} is a whole model, not a part of one. Open it alone, or the parts of one model.`)
    const number = splitField(part, 'split.no', -1)
    const twin = byNumber.get(number)
    if (twin)
      throw refused(`${part.name} and ${twin.name} are both part ${number + 1} of a model. Open each part once.`)
    byNumber.set(number, part)
    checkSameModel(part, parts[0]!, number, count)
  }
  const first = byNumber.get(0)
  const count = splitField(parts[0]!, 'split.count', 1)
  checkAllThere(byNumber, count, parts[0]!)
  checkTensors(parts, splitField(first!, 'split.tensors.count', 0))
  return first!.header.metadata
}

function checkSameModel(part: GgufPart, other: GgufPart, number: number, count: number): void {
  const otherCount = splitField(other, 'split.count', 1)
  if (number < 0 || number >= count)
    throw refused(`${part.name} says in split.no that it is part ${number} of ${count}, from 0. It is damaged.`)
  const stem = PART_NAME.exec(part.name)?.groups?.stem
  const otherStem = PART_NAME.exec(other.name)?.groups?.stem
  const differ = stem !== undefined && otherStem !== undefined && stem !== otherStem
  if (count === otherCount && !differ) return
  throw refused(
    `${part.name}, one of ${count}, and ${other.name}, one of ${otherCount}, are parts of two models. Open the parts of one.`,
  )
}

function checkAllThere(byNumber: ReadonlyMap<number, GgufPart>, count: number, known: GgufPart): void {
  const missing = Array.from({ length: count }, (_, index) => index).filter((index) => !byNumber.has(index))
  if (missing.length === 0) return
  const stem = PART_NAME.exec(known.name)?.groups?.stem
  const names = missing
    .slice(0, 8)
    .map((index) => (stem === undefined ? `part ${index + 1}` : partName(stem, index, count)))
  throw refused(
    `${known.name} is one of ${count} parts of a model; missing: ${names.join(', ')}${missing.length > 8 ? ', …' : ''}. Put all parts in one folder, or pick them together.`,
  )
}

function checkTensors(parts: readonly GgufPart[], count: number): void {
  const owners = new Map<string, string>()
  for (const { name, header } of parts) {
    for (const tensor of header.tensors.keys()) {
      const owner = owners.get(tensor)
      if (owner) throw refused(`${owner} and ${name} both hold the tensor ${tensor}. They are not parts of one model.`)
      owners.set(tensor, name)
    }
  }
  if (owners.size === count) return
  throw refused(
    `${parts.map(({ name }) => name).join(', ')} hold ${owners.size} tensors together, where split.tensors.count says ${count}. They are not parts of one model.`,
  )
}

function splitField({ name, header }: GgufPart, key: string, absent: number): number {
  const value = header.metadata[key] ?? absent
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw refused(`${name}: ${key} is no whole number. The file is damaged; fetch it again.`)
}

function partName(stem: string, index: number, count: number): string {
  const digits = (number: number) => String(number).padStart(5, '0')
  return `${stem}-${digits(index + 1)}-of-${digits(count)}.gguf`
}

function refused(message: string): ModelFormatError {
  return new ModelFormatError(message)
}
