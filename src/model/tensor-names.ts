// The two naming schemes of tensors, as one table. Sources: llama.cpp's gguf-py/gguf/constants.py; transformers' modeling_llama.py.
import { HeadroomError } from '../base/errors.ts'
import type { TensorRole } from './tensor.ts'

export type NamingScheme = 'gguf' | 'huggingFace'

/** Which tensor of the model; `layer` is null outside the layers. */
export interface TensorId {
  role: TensorRole
  layer: number | null
}

/** `*` stands for the layer. Hugging Face keeps RoPE factors in config.json, not in a tensor. */
const NAMES: Readonly<Record<TensorRole, { gguf: string; huggingFace: string | null }>> = {
  tokenEmbedding: { gguf: 'token_embd.weight', huggingFace: 'model.embed_tokens.weight' },
  ropeFactors: { gguf: 'rope_freqs.weight', huggingFace: null },
  attentionNorm: { gguf: 'blk.*.attn_norm.weight', huggingFace: 'model.layers.*.input_layernorm.weight' },
  query: { gguf: 'blk.*.attn_q.weight', huggingFace: 'model.layers.*.self_attn.q_proj.weight' },
  key: { gguf: 'blk.*.attn_k.weight', huggingFace: 'model.layers.*.self_attn.k_proj.weight' },
  value: { gguf: 'blk.*.attn_v.weight', huggingFace: 'model.layers.*.self_attn.v_proj.weight' },
  attentionOutput: { gguf: 'blk.*.attn_output.weight', huggingFace: 'model.layers.*.self_attn.o_proj.weight' },
  ffnNorm: { gguf: 'blk.*.ffn_norm.weight', huggingFace: 'model.layers.*.post_attention_layernorm.weight' },
  gate: { gguf: 'blk.*.ffn_gate.weight', huggingFace: 'model.layers.*.mlp.gate_proj.weight' },
  up: { gguf: 'blk.*.ffn_up.weight', huggingFace: 'model.layers.*.mlp.up_proj.weight' },
  down: { gguf: 'blk.*.ffn_down.weight', huggingFace: 'model.layers.*.mlp.down_proj.weight' },
  outputNorm: { gguf: 'output_norm.weight', huggingFace: 'model.norm.weight' },
  output: { gguf: 'output.weight', huggingFace: 'lm_head.weight' },
}

const TENSOR_ROLES = Object.keys(NAMES) as TensorRole[]

/** Throws `internal` where the scheme has no such tensor, or where a layer is missing or too much. */
export function tensorName(scheme: NamingScheme, { role, layer }: TensorId): string {
  const pattern = NAMES[role][scheme]
  if (pattern === null || pattern.includes('*') !== (layer !== null)) {
    throw new HeadroomError('internal', `There is no ${scheme} tensor for role ${role} with layer ${layer}.`)
  }
  return pattern.replace('*', String(layer))
}

/** What a tensor in a file is for; null for names that this version does not use. */
export function parseTensorName(scheme: NamingScheme, name: string): TensorId | null {
  const layerText = /\.(0|[1-9]\d{0,5})\./.exec(name)?.[1]
  const pattern = layerText === undefined ? name : name.replace(`.${layerText}.`, '.*.')
  const role = TENSOR_ROLES.find((candidate) => NAMES[candidate][scheme] === pattern)
  if (role === undefined || pattern.includes('*') !== (layerText !== undefined)) return null
  return { role, layer: layerText === undefined ? null : Number(layerText) }
}
