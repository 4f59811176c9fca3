import { expect, it } from 'vitest'
import type { TensorRole } from '../../../src/model/tensor.ts'
import { type NamingScheme, parseTensorName, tensorName } from '../../../src/model/tensor-names.ts'

it.each<[NamingScheme, string, TensorRole, number | null]>([
  ['gguf', 'blk.3.attn_q.weight', 'query', 3],
  ['gguf', 'blk.29.ffn_down.weight', 'down', 29],
  ['gguf', 'blk.0.attn_output.weight', 'attentionOutput', 0],
  ['gguf', 'token_embd.weight', 'tokenEmbedding', null],
  ['gguf', 'rope_freqs.weight', 'ropeFactors', null],
  ['huggingFace', 'model.layers.3.self_attn.q_proj.weight', 'query', 3],
  ['huggingFace', 'model.layers.10.post_attention_layernorm.weight', 'ffnNorm', 10],
  ['huggingFace', 'model.norm.weight', 'outputNorm', null],
  ['huggingFace', 'lm_head.weight', 'output', null],
])('%s names %s in both directions', (scheme, name, role, layer) => {
  expect(tensorName(scheme, { role, layer })).toBe(name)
  expect(parseTensorName(scheme, name)).toEqual({ role, layer })
})

it.each<[NamingScheme, string]>([
  ['gguf', 'blk.3.attn_q.bias'],
  ['gguf', 'blk.*.attn_q.weight'],
  ['gguf', 'blk.03.attn_q.weight'],
  ['gguf', 'blk.-1.attn_q.weight'],
  ['gguf', 'blk.attn_q.weight'],
  ['gguf', 'model.norm.weight'],
  ['gguf', ''],
  ['huggingFace', 'model.layers.3.self_attn.rotary_emb.inv_freq'],
  ['huggingFace', 'null'],
])('%s does not know the name "%s"', (scheme, name) => {
  expect(parseTensorName(scheme, name)).toBeNull()
})

it('refuses to name what does not exist', () => {
  expect(() => tensorName('huggingFace', { role: 'ropeFactors', layer: null })).toThrow(/no huggingFace tensor/)
  expect(() => tensorName('gguf', { role: 'query', layer: null })).toThrow(/query with layer null/)
  expect(() => tensorName('gguf', { role: 'output', layer: 2 })).toThrow(/output with layer 2/)
})
