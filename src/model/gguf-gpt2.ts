// GPT-2 in GGUF. llama.cpp stores matrices as outputs by inputs (the converter transposes Conv1D) and Q, K, V as one.
import * as v from 'valibot'
import { type ModelConfig, plainDecoder } from './config.ts'
import * as bounds from './config-bounds.ts'
import type { GgufModel } from './gguf-architecture.ts'
import { parseFields } from './parse-fields.ts'

const fieldsSchema = v.looseObject({ 'attention.layer_norm_epsilon': bounds.epsilonField })

export function gpt2FromGguf({ architecture, own, sizes, tensorNames }: GgufModel): ModelConfig {
  const fields = parseFields(fieldsSchema, own, 'GGUF metadata', `${architecture}.`)
  return {
    ...plainDecoder(sizes.hiddenSize),
    architecture,
    ...sizes,
    family: 'GPT',
    norm: { kind: 'layer', epsilon: fields['attention.layer_norm_epsilon'], placement: 'pre' },
    activation: 'gelu-tanh',
    gated: false,
    positions: { kind: 'learned' },
    biases: { queryKeyValue: true, attentionOutput: true, feedForward: true },
    tiedEmbeddings: tensorNames !== null && !tensorNames.has('output.weight'),
  }
}
