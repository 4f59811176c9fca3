// The special tokens that a model wants around a text, from tokenizer.json's `post_processor`. Only its form for a single text is read.
// Source: huggingface/tokenizers, its processors.
import * as v from 'valibot'
import { ModelFormatError } from '../base/errors.ts'
import { parseFields, wholeNumber } from './parse-fields.ts'

export interface SpecialTemplate {
  prefix: readonly number[]
  suffix: readonly number[]
}

const SOURCE = 'tokenizer.json, its post_processor'
const NOTHING: SpecialTemplate = { prefix: [], suffix: [] }

const typed = v.looseObject({ type: v.string('a word') }, 'an object')
const sequenceFields = v.looseObject({ processors: v.array(typed, 'a list') })
const clsAndSep = v.looseObject({
  cls: v.tuple([v.string(), wholeNumber(0, 4_194_304)], 'a token and its id'),
  sep: v.tuple([v.string(), wholeNumber(0, 4_194_304)], 'a token and its id'),
})
const place = v.looseObject({ id: v.string('text'), type_id: v.optional(v.number(), 0) })
const templateFields = v.looseObject({
  single: v.array(
    v.union([v.object({ SpecialToken: place }), v.object({ Sequence: place })], 'a special token or the text'),
    'a list',
  ),
  special_tokens: v.record(v.string(), v.looseObject({ ids: v.array(wholeNumber(0, 4_194_304), 'a list of ids') })),
})

/** Throws `model-format` for a damaged and `model-unsupported` for an unknown one. */
export function parseSpecialTemplate(postProcessor: unknown): SpecialTemplate {
  if (postProcessor == null) return NOTHING
  const { type } = parseFields(typed, postProcessor, SOURCE)
  if (type === 'ByteLevel') return NOTHING
  if (type === 'Sequence') {
    const { processors } = parseFields(sequenceFields, postProcessor, SOURCE)
    return processors.map(parseSpecialTemplate).reduce(
      (inner, outer) => ({
        prefix: [...outer.prefix, ...inner.prefix],
        suffix: [...inner.suffix, ...outer.suffix],
      }),
      NOTHING,
    )
  }
  if (type === 'BertProcessing' || type === 'RobertaProcessing') {
    const { cls, sep } = parseFields(clsAndSep, postProcessor, SOURCE)
    return { prefix: [cls[1]], suffix: [sep[1]] }
  }
  if (type === 'TemplateProcessing') return parseTemplate(postProcessor)
  throw unsupported(`the type ${JSON.stringify(type.slice(0, 40))}`)
}

function parseTemplate(postProcessor: unknown): SpecialTemplate {
  const { single, special_tokens } = parseFields(templateFields, postProcessor, SOURCE)
  const idsOf = (part: (typeof single)[number]) => {
    if ('Sequence' in part) throw unsupported('a template that holds the text twice')
    const ids = special_tokens[part.SpecialToken.id]?.ids
    if (ids) return ids
    throw new ModelFormatError(`${SOURCE}: the special token ${JSON.stringify(part.SpecialToken.id)} has no ids.`)
  }
  const typeOf = (part: (typeof single)[number]) => ('Sequence' in part ? part.Sequence : part.SpecialToken).type_id
  if (single.some((part) => typeOf(part) !== 0)) throw unsupported('token types other than 0 for a single text')
  const text = single.findIndex((part) => 'Sequence' in part)
  if (text < 0) throw new ModelFormatError(`${SOURCE}: the template has no place for the text.`)
  return { prefix: single.slice(0, text).flatMap(idsOf), suffix: single.slice(text + 1).flatMap(idsOf) }
}

function unsupported(what: string): ModelFormatError {
  return new ModelFormatError(
    `The tokenizer's post_processor has ${what}, which is not supported. Take the model in another form, such as GGUF.`,
    'model-unsupported',
  )
}
