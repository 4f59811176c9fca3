// What a model's own files say about how a text becomes one vector. Sources: sentence-transformers (modules.json and what it names),
// llama.cpp (`pooling_type`; it scales to length 1 unless told otherwise). Where they say nothing: sentence-transformers' own default, the mean
// over all tokens, not scaled, of as many tokens as the model has positions.
import * as v from 'valibot'
import { ModelFormatError } from '../base/errors.ts'
import { parseFields, wholeNumber } from './parse-fields.ts'
import type { Pooling } from './pooling.ts'

export interface SentenceOptions {
  pooling: Pooling
  /** Tokens of a longer text that are read, special ones included. */
  maxTokens: number
  /** Stands before every text that is embedded. */
  prefix: string
  /** Texts are lower-cased before the tokenizer sees them. */
  lowerCase: boolean
}

/** A JSON file of the model's folder; undefined where there is none. */
export type ReadModelJson = (path: string) => Promise<unknown>

const flag = v.nullish(v.boolean('true or false'), false)
const length = v.nullish(v.pipe(v.number('a number'), v.minValue(1, 'a number from 1')))
const modulesSchema = v.array(
  v.looseObject({ path: v.string('text'), type: v.string('text') }, 'an object'),
  'a list of modules',
)
const poolingFields = {
  cls: 'pooling_mode_cls_token',
  max: 'pooling_mode_max_tokens',
  mean: 'pooling_mode_mean_tokens',
  mean_sqrt_len_tokens: 'pooling_mode_mean_sqrt_len_tokens',
  weightedmean: 'pooling_mode_weightedmean_tokens',
  lasttoken: 'pooling_mode_lasttoken',
} as const
const poolingSchema = v.looseObject({
  pooling_mode: v.nullish(v.string('text')),
  pooling_mode_cls_token: flag,
  pooling_mode_max_tokens: flag,
  pooling_mode_mean_tokens: v.nullish(v.boolean('true or false'), true),
  pooling_mode_mean_sqrt_len_tokens: flag,
  pooling_mode_weightedmean_tokens: flag,
  pooling_mode_lasttoken: flag,
  include_prompt: v.nullish(v.boolean('true or false'), true),
})
const transformerSchema = v.looseObject({ max_seq_length: length, do_lower_case: flag })
const tokenizerSchema = v.looseObject({ model_max_length: length })
const promptSchema = v.looseObject({
  prompts: v.nullish(v.record(v.string(), v.string('text')), {}),
  default_prompt_name: v.nullish(v.string('text')),
})

/** Throws `model-format` for a damaged file, `model-unsupported` for a pooling or a module that is not computed here. */
export async function sentenceOptionsFromFolder(read: ReadModelJson, contextLength: number): Promise<SentenceOptions> {
  const [modules, transformer, tokenizer, prompts] = await Promise.all([
    readFields(read, 'modules.json', modulesSchema, []),
    readFields(read, 'sentence_bert_config.json', transformerSchema),
    readFields(read, 'tokenizer_config.json', tokenizerSchema),
    readFields(read, 'config_sentence_transformers.json', promptSchema),
  ])
  const kinds = modules.map(({ type }) => type.split('.').at(-1) ?? type)
  const foreign = kinds.find((kind) => !['Transformer', 'Pooling', 'Normalize'].includes(kind))
  if (foreign !== undefined) throw unsupported(`modules.json: a module ${JSON.stringify(foreign.slice(0, 40))}`)
  const pooling = modules[kinds.indexOf('Pooling')]
  const { default_prompt_name: promptName } = prompts
  const prefix = promptName == null ? '' : (prompts.prompts[promptName] ?? '')
  return {
    pooling: {
      kind: pooling ? await readPoolingKind(read, `${pooling.path}/config.json`, prefix) : 'mean',
      normalized: kinds.includes('Normalize'),
    },
    maxTokens: Math.min(transformer.max_seq_length ?? tokenizer.model_max_length ?? contextLength, contextLength),
    prefix,
    lowerCase: transformer.do_lower_case,
  }
}

/** Keys begin with the architecture's name. A file that names no pooling, or none at all, gets the mean. */
export function sentenceOptionsFromGguf(
  architecture: string,
  metadata: Readonly<Record<string, unknown>>,
  contextLength: number,
): SentenceOptions {
  const key = `${architecture}.pooling_type`
  const fields = parseFields(v.looseObject({ [key]: v.optional(wholeNumber(0, 255), 0) }), metadata, 'GGUF metadata')
  const type = Number(fields[key])
  const kind = (['mean', 'mean', 'cls', 'last'] as const)[type]
  if (kind === undefined) throw unsupported(`"${key}" = ${type}`)
  return { pooling: { kind, normalized: true }, maxTokens: contextLength, prefix: '', lowerCase: false }
}

async function readPoolingKind(read: ReadModelJson, path: string, prefix: string): Promise<Pooling['kind']> {
  const fields = await readFields(read, path, poolingSchema)
  if (!fields.include_prompt && prefix !== '') throw unsupported(`${path}: "include_prompt" = false`)
  const flagged = Object.entries(poolingFields).flatMap(([mode, field]) => (fields[field] ? [mode] : []))
  const mode = fields.pooling_mode ?? flagged.join('+')
  if (mode === 'mean' || mode === 'cls' || mode === 'max') return mode
  if (mode === 'lasttoken') return 'last'
  throw unsupported(`${path}: the pooling ${JSON.stringify(mode.slice(0, 60))}`)
}

/** A file that is not there counts as `absent`. */
async function readFields<const Schema extends v.GenericSchema>(
  read: ReadModelJson,
  path: string,
  schema: Schema,
  absent: unknown = {},
): Promise<v.InferOutput<Schema>> {
  return parseFields(schema, (await read(path)) ?? absent, path)
}

function unsupported(what: string): ModelFormatError {
  return new ModelFormatError(
    `This model's texts become vectors by ${what}, which is not supported. Supported are the mean, the first, the last and the largest values of all tokens, scaled or not.`,
    'model-unsupported',
  )
}
