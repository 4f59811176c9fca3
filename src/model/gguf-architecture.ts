// GGUF's metadata keys for the llama architecture. Sources: ggml's docs/gguf.md; llama.cpp's llama-model.cpp (load_hparams, defaults).
import * as v from 'valibot'
import { ModelFormatError } from '../base/errors.ts'
import type { ModelConfig, RopeScaling } from './config.ts'
import * as bounds from './config-bounds.ts'
import { familyNotYet, featureNotYet } from './not-yet.ts'
import { parseFields } from './parse-fields.ts'

const SOURCE = 'GGUF metadata'

const llamaFields = v.looseObject({
  'llama.block_count': bounds.layerCountField,
  'llama.context_length': bounds.contextLengthField,
  'llama.embedding_length': bounds.hiddenSizeField,
  'llama.feed_forward_length': bounds.ffnSizeField,
  'llama.attention.head_count': bounds.headCountField,
  'llama.attention.head_count_kv': v.optional(bounds.headCountField),
  'llama.attention.key_length': v.optional(bounds.headSizeField),
  'llama.attention.value_length': v.optional(bounds.headSizeField),
  'llama.attention.layer_norm_rms_epsilon': bounds.epsilonField,
  'llama.rope.dimension_count': v.optional(bounds.headSizeField),
  'llama.rope.freq_base': v.optional(bounds.thetaField, 10_000),
  'llama.rope.scaling.type': v.optional(v.string('a word')),
  'llama.rope.scaling.factor': v.optional(v.number('a number')),
  'llama.rope.scale_linear': v.optional(v.number('a number')),
  'llama.vocab_size': v.optional(bounds.vocabSizeField),
  'tokenizer.ggml.tokens': v.optional(v.array(v.unknown(), 'a list of tokens')),
})
type LlamaFields = v.InferOutput<typeof llamaFields>

/** Keys that change the computation wherever they are set to anything but the neutral value. */
const NEUTRAL: Readonly<Record<string, unknown>> = {
  'llama.expert_count': 0,
  'llama.attention.sliding_window': 0,
  'llama.attention.scale': 0,
  'llama.attention.causal': true,
  'llama.attention.clamp_kqv': 0,
  'llama.attention.max_alibi_bias': 0,
  'llama.attn_logit_softcapping': 0,
  'llama.final_logit_softcapping': 0,
  'llama.logit_scale': 0,
  'llama.residual_scale': 0,
  'llama.embedding_scale': 0,
  'llama.use_parallel_residual': false,
}

export function configFromGguf(
  metadata: Readonly<Record<string, unknown>>,
  tensorNames: ReadonlySet<string> | null,
): ModelConfig {
  const architecture = metadata['general.architecture']
  if (typeof architecture !== 'string' || architecture === '') {
    throw new ModelFormatError(`${SOURCE}: "general.architecture" is missing, so nothing says what model this is.`)
  }
  if (architecture !== 'llama') throw familyNotYet(architecture)
  for (const [key, neutral] of Object.entries(NEUTRAL)) {
    const value = metadata[key]
    if (value !== undefined && value !== neutral && value !== 0n) {
      throw featureNotYet(architecture, `"${key}" = ${String(value)}`)
    }
  }
  for (const name of tensorNames ?? []) {
    if (name.endsWith('.bias')) throw featureNotYet(architecture, `a bias (tensor "${name.slice(0, 80)}")`)
  }
  const fields = parseFields(llamaFields, metadata, SOURCE)
  const hiddenSize = fields['llama.embedding_length']
  const headCount = fields['llama.attention.head_count']
  const headSize = headSizeOf(fields, hiddenSize, headCount)
  return {
    architecture,
    family: 'LLaMA',
    layerCount: fields['llama.block_count'],
    hiddenSize,
    headCount,
    kvHeadCount: fields['llama.attention.head_count_kv'] ?? headCount,
    headSize,
    ffnSize: fields['llama.feed_forward_length'],
    vocabSize: vocabSizeOf(fields),
    contextLength: fields['llama.context_length'],
    norm: { kind: 'rms', epsilon: fields['llama.attention.layer_norm_rms_epsilon'], placement: 'pre' },
    activation: 'silu',
    positions: {
      kind: 'rope',
      theta: fields['llama.rope.freq_base'],
      layout: 'interleaved',
      rotatedSize: fields['llama.rope.dimension_count'] ?? headSize,
      scaling: scalingOf(architecture, fields),
    },
    tiedEmbeddings: tensorNames !== null && !tensorNames.has('output.weight'),
  }
}

function headSizeOf(fields: LlamaFields, hiddenSize: number, headCount: number): number {
  const headSize = fields['llama.attention.key_length'] ?? hiddenSize / headCount
  const valueSize = fields['llama.attention.value_length'] ?? headSize
  if (!Number.isInteger(headSize)) {
    throw new ModelFormatError(
      `${SOURCE}: "llama.embedding_length" ${hiddenSize} is no multiple of "llama.attention.head_count" ${headCount}, and no "llama.attention.key_length" says the head size.`,
    )
  }
  if (valueSize !== headSize) {
    throw featureNotYet('llama', `"llama.attention.value_length" ${valueSize} unlike the key length ${headSize}`)
  }
  return headSize
}

function vocabSizeOf(fields: LlamaFields): number {
  const tokenCount = fields['tokenizer.ggml.tokens']?.length
  const size = fields['llama.vocab_size'] ?? tokenCount
  if (size === undefined || size === 0) {
    throw new ModelFormatError(`${SOURCE}: neither "llama.vocab_size" nor "tokenizer.ggml.tokens" says the vocabulary.`)
  }
  if (tokenCount !== undefined && tokenCount > size) {
    throw new ModelFormatError(
      `${SOURCE}: "tokenizer.ggml.tokens" has ${tokenCount} tokens, more than "llama.vocab_size" ${size}.`,
    )
  }
  return size
}

/** LLaMA 3's scaling comes as a tensor (`rope_freqs.weight`), not as metadata: here it is `none`. */
function scalingOf(architecture: string, fields: LlamaFields): RopeScaling {
  const factor = fields['llama.rope.scaling.factor'] ?? fields['llama.rope.scale_linear'] ?? 0
  const type = fields['llama.rope.scaling.type'] ?? 'linear'
  if (type !== 'linear' && type !== 'none') {
    throw featureNotYet(architecture, `RoPE scaling "${type.slice(0, 40)}" ("llama.rope.scaling.type")`)
  }
  if (type === 'none' || factor === 0 || factor === 1) return { kind: 'none' }
  const parsed = parseFields(
    v.object({ 'llama.rope.scaling.factor': bounds.ropeFactorField }),
    {
      'llama.rope.scaling.factor': factor,
    },
    SOURCE,
  )
  return { kind: 'linear', factor: parsed['llama.rope.scaling.factor'] }
}
