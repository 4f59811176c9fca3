import { expect, it } from 'vitest'
import type { TensorRole } from '../../../src/model/tensor.ts'
import { type NamingScheme, tensorPlaces } from '../../../src/model/tensor-names.ts'
import { tinyConfig } from '../../support/tiny-model.ts'

const config = tinyConfig()
const stacked = tinyConfig({ feedForwardsPerLayer: 4 })
const names = (scheme: NamingScheme, role: TensorRole, layer: number | null) =>
  tensorPlaces(scheme, { role, layer }, scheme === 'mobilebert' ? stacked : config).map(({ name }) => name)

it.each<[NamingScheme, TensorRole, number | null, string]>([
  ['gguf', 'query', 3, 'blk.3.attn_q.weight'],
  ['gguf', 'queryBias', 3, 'blk.3.attn_q.bias'],
  ['gguf', 'down', 29, 'blk.29.ffn_down.weight'],
  ['gguf', 'tokenEmbedding', null, 'token_embd.weight'],
  ['gguf', 'ropeFactors', null, 'rope_freqs.weight'],
  ['gguf', 'ffnNorm', 1, 'blk.1.ffn_norm.weight'],
  ['llama', 'query', 3, 'model.layers.3.self_attn.q_proj.weight'],
  ['llama', 'keyNorm', 10, 'model.layers.10.self_attn.k_norm.weight'],
  ['llama', 'output', null, 'lm_head.weight'],
  ['gpt2', 'up', 2, 'transformer.h.2.mlp.c_fc.weight'],
  ['bert', 'attentionNorm', 0, 'bert.encoder.layer.0.attention.output.LayerNorm.weight'],
  ['bert', 'outputBias', null, 'cls.predictions.bias'],
  ['mobilebert', 'up', 5, 'mobilebert.encoder.layer.1.ffn.1.intermediate.dense.weight'],
  ['mobilebert', 'up', 7, 'mobilebert.encoder.layer.1.intermediate.dense.weight'],
  ['mobilebert', 'query', 5, 'mobilebert.encoder.layer.5.attention.self.query.weight'],
])('%s calls %s of %s %s', (scheme, role, layer, name) => {
  expect(names(scheme, role, layer)[0]).toBe(name)
})

it('also looks under names without the base model and under older names of norms', () => {
  expect(names('bert', 'attentionNorm', 0)).toEqual([
    'bert.encoder.layer.0.attention.output.LayerNorm.weight',
    'encoder.layer.0.attention.output.LayerNorm.weight',
    'bert.encoder.layer.0.attention.output.LayerNorm.gamma',
    'encoder.layer.0.attention.output.LayerNorm.gamma',
  ])
  expect(names('gpt2', 'tokenEmbedding', null)).toEqual(['transformer.wte.weight', 'wte.weight'])
})

it('finds query, key and value of GPT-2 in one transposed tensor, of GGUF alone or in one', () => {
  expect(tensorPlaces('gpt2', { role: 'value', layer: 1 }, config)[0]).toEqual({
    name: 'transformer.h.1.attn.c_attn.weight',
    transposed: true,
    fusedPart: 2,
  })
  expect(tensorPlaces('gguf', { role: 'key', layer: 1 }, config)).toEqual([
    { name: 'blk.1.attn_k.weight', transposed: false, fusedPart: null },
    { name: 'blk.1.attn_qkv.weight', transposed: false, fusedPart: 1 },
  ])
})

it('has no place for what a scheme does not have', () => {
  expect(tensorPlaces('llama', { role: 'ropeFactors', layer: null }, config)).toEqual([])
})
