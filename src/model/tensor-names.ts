// How files name and lay out tensors, as one table for each naming scheme. Sources: llama.cpp's gguf-py/gguf/constants.py; transformers'
// modeling_{llama,qwen2,qwen3,gpt2,bert,mobilebert}.py. GPT-2's Conv1D stores matrices transposed and Q, K, V as one.
import type { ModelConfig } from './config.ts'
import { isLastOfLayer, type ModelTensor } from './model-tensors.ts'
import { isFeedForward, type TensorRole } from './tensor.ts'

export type NamingScheme = 'gguf' | 'llama' | 'gpt2' | 'bert' | 'mobilebert'

/** Where one tensor may lie in a file. */
export interface TensorPlace {
  name: string
  /** The file has inputs as rows. */
  transposed: boolean
  /** It is this one of three equal parts (query, key, value) that lie one after the other along the outputs; null: it is alone. */
  fusedPart: 0 | 1 | 2 | null
}

/** `*` stands for the layer, `{ffn}` for MobileBERT's stacked feed-forwards. */
type Pattern = string | { name: string; transposed?: true; fusedPart?: 0 | 1 | 2 }
type Names = Partial<Record<TensorRole, Pattern | readonly Pattern[]>>

/** `role` and `roleBias` as `.weight` and `.bias` below `name`. */
function dense<Role extends string>(role: Role, name: string): Record<Role | `${Role}Bias`, string> {
  return { [role]: `${name}.weight`, [`${role}Bias`]: `${name}.bias` } as Record<Role | `${Role}Bias`, string>
}

/** The same in GPT-2's Conv1D. */
function conv<Role extends string>(
  role: Role,
  name: string,
  fusedPart?: 0 | 1 | 2,
): Record<Role | `${Role}Bias`, Pattern> {
  const part = fusedPart === undefined ? {} : { fusedPart }
  return {
    [role]: { name: `${name}.weight`, transposed: true, ...part },
    [`${role}Bias`]: { name: `${name}.bias`, ...part },
  } as Record<Role | `${Role}Bias`, Pattern>
}

/** Alone, or as part of `attn_qkv`. */
function fusable<Role extends string>(
  role: Role,
  name: string,
  fusedPart: 0 | 1 | 2,
): Record<Role | `${Role}Bias`, Pattern[]> {
  return {
    [role]: [`blk.*.${name}.weight`, { name: 'blk.*.attn_qkv.weight', fusedPart }],
    [`${role}Bias`]: [`blk.*.${name}.bias`, { name: 'blk.*.attn_qkv.bias', fusedPart }],
  } as Record<Role | `${Role}Bias`, Pattern[]>
}

const GGUF: Names = {
  tokenEmbedding: 'token_embd.weight',
  positionEmbedding: 'position_embd.weight',
  tokenTypeEmbedding: 'token_types.weight',
  ...dense('embeddingNorm', 'token_embd_norm'),
  ropeFactors: 'rope_freqs.weight',
  ...fusable('query', 'attn_q', 0),
  ...fusable('key', 'attn_k', 1),
  ...fusable('value', 'attn_v', 2),
  queryNorm: 'blk.*.attn_q_norm.weight',
  keyNorm: 'blk.*.attn_k_norm.weight',
  ...dense('attentionOutput', 'blk.*.attn_output'),
  attentionNorm: ['blk.*.attn_norm.weight', 'blk.*.attn_output_norm.weight'],
  attentionNormBias: ['blk.*.attn_norm.bias', 'blk.*.attn_output_norm.bias'],
  ffnNorm: ['blk.*.ffn_norm.weight', 'blk.*.layer_output_norm.weight'],
  ffnNormBias: ['blk.*.ffn_norm.bias', 'blk.*.layer_output_norm.bias'],
  ...dense('gate', 'blk.*.ffn_gate'),
  ...dense('up', 'blk.*.ffn_up'),
  ...dense('down', 'blk.*.ffn_down'),
  ...dense('outputNorm', 'output_norm'),
  output: 'output.weight',
}

const LLAMA: Names = {
  tokenEmbedding: 'model.embed_tokens.weight',
  attentionNorm: 'model.layers.*.input_layernorm.weight',
  ...dense('query', 'model.layers.*.self_attn.q_proj'),
  ...dense('key', 'model.layers.*.self_attn.k_proj'),
  ...dense('value', 'model.layers.*.self_attn.v_proj'),
  queryNorm: 'model.layers.*.self_attn.q_norm.weight',
  keyNorm: 'model.layers.*.self_attn.k_norm.weight',
  ...dense('attentionOutput', 'model.layers.*.self_attn.o_proj'),
  ffnNorm: 'model.layers.*.post_attention_layernorm.weight',
  ...dense('gate', 'model.layers.*.mlp.gate_proj'),
  ...dense('up', 'model.layers.*.mlp.up_proj'),
  ...dense('down', 'model.layers.*.mlp.down_proj'),
  outputNorm: 'model.norm.weight',
  output: 'lm_head.weight',
}

const GPT2: Names = {
  tokenEmbedding: 'transformer.wte.weight',
  positionEmbedding: 'transformer.wpe.weight',
  ...dense('attentionNorm', 'transformer.h.*.ln_1'),
  ...conv('query', 'transformer.h.*.attn.c_attn', 0),
  ...conv('key', 'transformer.h.*.attn.c_attn', 1),
  ...conv('value', 'transformer.h.*.attn.c_attn', 2),
  ...conv('attentionOutput', 'transformer.h.*.attn.c_proj'),
  ...dense('ffnNorm', 'transformer.h.*.ln_2'),
  ...conv('up', 'transformer.h.*.mlp.c_fc'),
  ...conv('down', 'transformer.h.*.mlp.c_proj'),
  ...dense('outputNorm', 'transformer.ln_f'),
  output: 'lm_head.weight',
}

const BERT: Names = {
  tokenEmbedding: 'bert.embeddings.word_embeddings.weight',
  positionEmbedding: 'bert.embeddings.position_embeddings.weight',
  tokenTypeEmbedding: 'bert.embeddings.token_type_embeddings.weight',
  ...dense('embeddingNorm', 'bert.embeddings.LayerNorm'),
  ...dense('query', 'bert.encoder.layer.*.attention.self.query'),
  ...dense('key', 'bert.encoder.layer.*.attention.self.key'),
  ...dense('value', 'bert.encoder.layer.*.attention.self.value'),
  ...dense('attentionOutput', 'bert.encoder.layer.*.attention.output.dense'),
  ...dense('attentionNorm', 'bert.encoder.layer.*.attention.output.LayerNorm'),
  ...dense('up', 'bert.encoder.layer.*.intermediate.dense'),
  ...dense('down', 'bert.encoder.layer.*.output.dense'),
  ...dense('ffnNorm', 'bert.encoder.layer.*.output.LayerNorm'),
  ...dense('headTransform', 'cls.predictions.transform.dense'),
  ...dense('headNorm', 'cls.predictions.transform.LayerNorm'),
  output: 'cls.predictions.decoder.weight',
  outputBias: ['cls.predictions.bias', 'cls.predictions.decoder.bias'],
}

const MOBILEBERT: Names = {
  ...(Object.fromEntries(
    Object.entries(BERT).map(([role, name]) => [
      role,
      typeof name === 'string' ? name.replace('bert.', 'mobilebert.') : name,
    ]),
  ) as Names),
  ...dense('embeddingProjection', 'mobilebert.embeddings.embedding_transformation'),
  ...dense('inputBottleneck', 'mobilebert.encoder.layer.*.bottleneck.input.dense'),
  ...dense('inputBottleneckNorm', 'mobilebert.encoder.layer.*.bottleneck.input.LayerNorm'),
  ...dense('sharedBottleneck', 'mobilebert.encoder.layer.*.bottleneck.attention.dense'),
  ...dense('sharedBottleneckNorm', 'mobilebert.encoder.layer.*.bottleneck.attention.LayerNorm'),
  ...dense('up', 'mobilebert.encoder.layer.*.{ffn}intermediate.dense'),
  ...dense('down', 'mobilebert.encoder.layer.*.{ffn}output.dense'),
  ...dense('ffnNorm', 'mobilebert.encoder.layer.*.{ffn}output.LayerNorm'),
  ...dense('outputBottleneck', 'mobilebert.encoder.layer.*.output.bottleneck.dense'),
  ...dense('outputBottleneckNorm', 'mobilebert.encoder.layer.*.output.bottleneck.LayerNorm'),
  outputExtra: { name: 'cls.predictions.dense.weight', transposed: true },
}

const SCHEMES: Readonly<Record<NamingScheme, Names>> = {
  gguf: GGUF,
  llama: LLAMA,
  gpt2: GPT2,
  bert: BERT,
  mobilebert: MOBILEBERT,
}

/** Exports of the bare model leave this out of every name. */
const BASE_PREFIX = /^(model|transformer|bert|mobilebert)\./

/**
 * Where the tensor may lie, likeliest first: under its full name, without the base model's prefix, under the older names of norms
 * (`gamma`, `beta`). Empty where the scheme has no such tensor.
 */
export function tensorPlaces(
  scheme: NamingScheme,
  { role, layer }: Pick<ModelTensor, 'role' | 'layer'>,
  config: ModelConfig,
): TensorPlace[] {
  const patterns = SCHEMES[scheme][role] ?? []
  return [patterns].flat().flatMap((pattern) => {
    const {
      name,
      transposed = false,
      fusedPart = null,
    } = typeof pattern === 'string' ? { name: pattern } : (pattern as Exclude<Pattern, string>)
    return spellings(scheme, filled(name, { role, layer }, config)).map((spelling) => ({
      name: spelling,
      transposed,
      fusedPart,
    }))
  })
}

function filled(
  pattern: string,
  { role, layer }: Pick<ModelTensor, 'role' | 'layer'>,
  { feedForwardsPerLayer: count }: ModelConfig,
): string {
  if (layer === null || !isFeedForward(role)) return pattern.replace('*', String(layer))
  const stacked = isLastOfLayer(count, layer) ? '' : `ffn.${layer % count}.`
  return pattern.replace('*', String(Math.floor(layer / count))).replace('{ffn}', stacked)
}

function spellings(scheme: NamingScheme, name: string): string[] {
  if (scheme === 'gguf') return [name]
  const older = name.replace(/LayerNorm\.weight$/, 'LayerNorm.gamma').replace(/LayerNorm\.bias$/, 'LayerNorm.beta')
  return [...new Set([name, older].flatMap((full) => [full, full.replace(BASE_PREFIX, '')]))]
}
