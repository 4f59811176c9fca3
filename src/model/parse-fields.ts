// Metadata from files is `unknown` until it has passed a schema; a failure names the key and its value.
import * as v from 'valibot'
import { ModelFormatError } from '../base/errors.ts'

/** Throws `model-format`: "`source`: `key` is `value`: what was expected". `keyPrefix` was taken off the file's keys. */
export function parseFields<const Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
  source: string,
  keyPrefix = '',
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input, { abortEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  const key = v.getDotPath(issue)
  const name = key === null ? 'the whole' : `"${keyPrefix}${key}"`
  if (issue.input === undefined) throw new ModelFormatError(`${source}: ${name} is missing.`)
  throw new ModelFormatError(`${source}: ${name} is ${shown(issue.input)}, but must be ${issue.message}.`)
}

function shown(value: unknown): string {
  const text = typeof value === 'bigint' ? `${value}` : (JSON.stringify(value) ?? String(value))
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

/** A whole number in `minimum..maximum`; GGUF's 64-bit integers come as bigint. */
export function wholeNumber(minimum: number, maximum: number) {
  const words = `a whole number from ${minimum} to ${maximum}`
  return v.pipe(
    v.union([v.number(words), v.bigint(words)], words),
    v.transform(Number),
    v.integer(words),
    v.minValue(minimum, words),
    v.maxValue(maximum, words),
  )
}

/** A finite number greater than 0 and at most `maximum`. */
export function positiveNumber(maximum: number) {
  const words = `a number above 0, at most ${maximum}`
  return v.pipe(v.number(words), v.gtValue(0, words), v.maxValue(maximum, words))
}
