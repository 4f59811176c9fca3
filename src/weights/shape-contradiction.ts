// A tensor whose shape is not the one that the model's own description implies.
import { ModelFormatError } from '../base/errors.ts'
import type { HeaderTensor } from './model-header.ts'

/** What a model's files say of the model. */
export interface Description {
  /** For messages: `config.json`, `its metadata`. */
  source: string
  fields: Readonly<Record<string, unknown>>
}

/** Names the fields that hold a number which the tensor's shape should have and has not. */
export function contradiction(
  fileName: string,
  { name, shape }: HeaderTensor,
  implied: readonly number[],
  { source, fields }: Description,
): ModelFormatError {
  const missing = implied.filter((size, index) => size !== shape[index])
  const behind = Object.entries(fields)
    .filter(([, value]) => (typeof value === 'number' || typeof value === 'bigint') && missing.includes(Number(value)))
    .map(([key, value]) => `${key} is ${value}`)
  const words = behind.length > 0 ? ` (${behind.join(', ')})` : ''
  return new ModelFormatError(
    `${fileName}: ${name} has shape [${shape.join(', ')}], but ${source} implies [${implied.join(', ')}]${words}. They are not of one model, the file is damaged, or it is of a kind that cannot be run yet.`,
  )
}
