// GGUF's metadata: which parser belongs to a `general.architecture`, and what all architectures say alike, under their own prefix.
// Sources: ggml's docs/gguf.md; llama.cpp's llama-model.cpp (load_hparams, defaults).
import * as v from 'valibot'
import { ModelFormatError } from '../base/errors.ts'
import type { ModelConfig } from './config.ts'
import * as bounds from './config-bounds.ts'
import { bertFromGguf } from './gguf-bert.ts'
import { gpt2FromGguf } from './gguf-gpt2.ts'
import { llamaFromGguf } from './gguf-llama.ts'
import { familyNotYet, featureNotYet } from './not-yet.ts'
import { parseFields } from './parse-fields.ts'

const SOURCE = 'GGUF metadata'

/** One file's metadata on its way to a config. */
export interface GgufModel {
  architecture: string
  metadata: Readonly<Record<string, unknown>>
  /** Keys of the architecture without its prefix. */
  own: Readonly<Record<string, unknown>>
  sizes: GgufSizes
  /** null where they are not known. */
  tensorNames: ReadonlySet<string> | null
}

type Parser = (model: GgufModel) => ModelConfig

const PARSERS: ReadonlyMap<string, Parser> = new Map([
  ['llama', llamaFromGguf],
  ['qwen2', llamaFromGguf],
  ['qwen3', llamaFromGguf],
  ['gpt2', gpt2FromGguf],
  ['bert', bertFromGguf],
])

const sizeFields = v.looseObject({
  block_count: bounds.layerCountField,
  context_length: bounds.contextLengthField,
  embedding_length: bounds.hiddenSizeField,
  feed_forward_length: bounds.ffnSizeField,
  'attention.head_count': bounds.headCountField,
  'attention.head_count_kv': v.optional(bounds.headCountField),
  'attention.key_length': v.optional(bounds.headSizeField),
  'attention.value_length': v.optional(bounds.headSizeField),
  vocab_size: v.optional(bounds.vocabSizeField),
})

/** Keys that change the computation wherever they are set to anything but the neutral value. */
const NEUTRAL: Readonly<Record<string, unknown>> = {
  expert_count: 0,
  'attention.scale': 0,
  'attention.clamp_kqv': 0,
  'attention.max_alibi_bias': 0,
  attn_logit_softcapping: 0,
  final_logit_softcapping: 0,
  logit_scale: 0,
  residual_scale: 0,
  embedding_scale: 0,
  use_parallel_residual: false,
  'rope.scaling.attn_factor': 1,
}

export function configFromGguf(
  metadata: Readonly<Record<string, unknown>>,
  tensorNames: ReadonlySet<string> | null,
): ModelConfig {
  const architecture = metadata['general.architecture']
  if (typeof architecture !== 'string' || architecture === '') {
    throw new ModelFormatError(`${SOURCE}: "general.architecture" is missing, so nothing says what model this is.`)
  }
  const parse = PARSERS.get(architecture)
  if (!parse) throw familyNotYet(architecture)
  const prefix = `${architecture}.`
  for (const [key, neutral] of Object.entries(NEUTRAL)) {
    const value = metadata[prefix + key]
    if (value !== undefined && value !== neutral && value !== 0n) {
      throw featureNotYet(architecture, `"${prefix}${key}" = ${String(value)}`)
    }
  }
  const own = Object.fromEntries(
    Object.entries(metadata)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  )
  const sizes = sizesOf(architecture, own, metadata)
  return parse({ architecture, metadata, own, sizes, tensorNames })
}

export type GgufSizes = Pick<
  ModelConfig,
  'layerCount' | 'hiddenSize' | 'headCount' | 'kvHeadCount' | 'headSize' | 'ffnSize' | 'vocabSize' | 'contextLength'
>

function sizesOf(
  architecture: string,
  own: Readonly<Record<string, unknown>>,
  metadata: Readonly<Record<string, unknown>>,
): GgufSizes {
  const fields = parseFields(sizeFields, own, SOURCE, `${architecture}.`)
  const hiddenSize = fields.embedding_length
  const headCount = fields['attention.head_count']
  const headSize = fields['attention.key_length'] ?? hiddenSize / headCount
  const valueSize = fields['attention.value_length'] ?? headSize
  if (!Number.isInteger(headSize)) {
    throw new ModelFormatError(
      `${SOURCE}: "${architecture}.embedding_length" ${hiddenSize} is no multiple of "${architecture}.attention.head_count" ${headCount}, and no "${architecture}.attention.key_length" says the head size.`,
    )
  }
  if (valueSize !== headSize) {
    throw featureNotYet(
      architecture,
      `"${architecture}.attention.value_length" ${valueSize} unlike the key length ${headSize}`,
    )
  }
  return {
    layerCount: fields.block_count,
    hiddenSize,
    headCount,
    kvHeadCount: fields['attention.head_count_kv'] ?? headCount,
    headSize,
    ffnSize: fields.feed_forward_length,
    vocabSize: vocabSizeOf(architecture, fields.vocab_size, metadata['tokenizer.ggml.tokens']),
    contextLength: fields.context_length,
  }
}

function vocabSizeOf(architecture: string, declared: number | undefined, tokens: unknown): number {
  if (tokens !== undefined && !Array.isArray(tokens)) {
    throw new ModelFormatError(`${SOURCE}: "tokenizer.ggml.tokens" must be a list of tokens.`)
  }
  const tokenCount = tokens?.length
  const size = declared ?? tokenCount
  if (size === undefined || size === 0) {
    throw new ModelFormatError(
      `${SOURCE}: neither "${architecture}.vocab_size" nor "tokenizer.ggml.tokens" says the vocabulary.`,
    )
  }
  if (tokenCount !== undefined && tokenCount > size) {
    throw new ModelFormatError(
      `${SOURCE}: "tokenizer.ggml.tokens" has ${tokenCount} tokens, more than "${architecture}.vocab_size" ${size}.`,
    )
  }
  return size
}
