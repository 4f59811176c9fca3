// The key-value pairs that llama.cpp's converter writes for a checkpoint (conversion/{base,llama,qwen,gpt2,bert}.py; gguf-py's metadata.py and
// constants.py), with a vocabulary of invented tokens.
import type { MatrixType } from './checkpoint-gguf.ts'
import { ggufValue } from './write-gguf.ts'

interface RopeConfig {
  rope_type: string
  rope_theta?: number
  factor?: number
  low_freq_factor?: number
  high_freq_factor?: number
  original_max_position_embeddings?: number
}

/** The fields of config.json that the converter reads; GPT-2 has names of its own. */
export interface ConverterConfig {
  model_type: 'llama' | 'mistral' | 'qwen2' | 'qwen3' | 'gpt2' | 'bert'
  vocab_size: number
  num_hidden_layers?: number
  n_layer?: number
  max_position_embeddings?: number
  n_positions?: number
  hidden_size?: number
  n_embd?: number
  intermediate_size?: number
  num_attention_heads?: number
  n_head?: number
  num_key_value_heads?: number
  head_dim?: number
  rms_norm_eps?: number
  layer_norm_eps?: number
  layer_norm_epsilon?: number
  rope_theta?: number
  rope_parameters?: RopeConfig
  rope_scaling?: RopeConfig | null
  type_vocab_size?: number
}

/** LlamaFileType */
const fileTypes = { F32: 0, F16: 1, Q8_0: 7 } as const
const { uint32, float32, bool, string, strings, int32s } = ggufValue

export function converterKeys(name: string, config: ConverterConfig, type: MatrixType): Record<string, Buffer> {
  const { model_type: model } = config
  const architecture = model === 'mistral' ? 'llama' : model
  const own = model === 'gpt2' ? gpt2Keys(config) : commonKeys(config)
  if (architecture === 'llama') {
    own.vocab_size = uint32(config.vocab_size)
    own['rope.dimension_count'] = uint32(config.head_dim!)
  }
  if (model === 'bert') own['attention.causal'] = bool(false)
  return {
    'general.architecture': string(architecture),
    'general.type': string('model'),
    'general.name': string(name),
    'general.size_label': string('100K'),
    'general.license': string('apache-2.0'),
    'general.base_model.count': uint32(1),
    'general.base_model.0.name': string(name),
    'general.tags': strings(['text-generation']),
    'general.languages': strings(['en']),
    ...Object.fromEntries(Object.entries(own).map(([key, value]) => [`${architecture}.${key}`, value])),
    'general.file_type': uint32(fileTypes[type]),
    'general.quantization_version': uint32(2),
    ...vocabularyKeys(config),
  }
}

function commonKeys(config: ConverterConfig): Record<string, Buffer> {
  const keys: Record<string, Buffer> = {
    block_count: uint32(config.num_hidden_layers!),
    context_length: uint32(config.max_position_embeddings!),
    embedding_length: uint32(config.hidden_size!),
    feed_forward_length: uint32(config.intermediate_size!),
    'attention.head_count': uint32(config.num_attention_heads!),
  }
  const rope = { rope_theta: config.rope_theta, ...(config.rope_parameters ?? config.rope_scaling) }
  if (config.num_key_value_heads !== undefined) keys['attention.head_count_kv'] = uint32(config.num_key_value_heads)
  if (rope.rope_type === 'linear') {
    keys['rope.scaling.type'] = string('linear')
    keys['rope.scaling.factor'] = float32(rope.factor!)
  }
  if (rope.rope_theta !== undefined) keys['rope.freq_base'] = float32(rope.rope_theta)
  if (config.rms_norm_eps !== undefined) keys['attention.layer_norm_rms_epsilon'] = float32(config.rms_norm_eps)
  if (config.layer_norm_eps !== undefined) keys['attention.layer_norm_epsilon'] = float32(config.layer_norm_eps)
  if (config.head_dim !== undefined) {
    keys['attention.key_length'] = uint32(config.head_dim)
    keys['attention.value_length'] = uint32(config.head_dim)
  }
  return keys
}

function gpt2Keys(config: ConverterConfig): Record<string, Buffer> {
  return {
    block_count: uint32(config.n_layer!),
    context_length: uint32(config.n_positions!),
    embedding_length: uint32(config.n_embd!),
    feed_forward_length: uint32(4 * config.n_embd!),
    'attention.head_count': uint32(config.n_head!),
    'attention.layer_norm_epsilon': float32(config.layer_norm_epsilon!),
  }
}

function vocabularyKeys({ model_type: model, vocab_size, type_vocab_size = 1 }: ConverterConfig) {
  const tokens = Array.from({ length: vocab_size }, (_, token) => `▁w${token}`)
  const words = { llama: 'llama', mistral: 'llama', qwen2: 'gpt2', qwen3: 'gpt2', gpt2: 'gpt2', bert: 'bert' }
  return {
    ...(model === 'bert' && { 'tokenizer.ggml.token_type_count': uint32(type_vocab_size) }),
    'tokenizer.ggml.model': string(words[model]),
    'tokenizer.ggml.pre': string('default'),
    'tokenizer.ggml.tokens': strings(tokens),
    'tokenizer.ggml.token_type': int32s(tokens.map(() => 1)),
  }
}
