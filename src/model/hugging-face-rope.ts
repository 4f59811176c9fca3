// RoPE in config.json. transformers 5 writes `rope_parameters`; 4 wrote `rope_theta` and `rope_scaling`. Source: transformers'
// modeling_rope_utils.py.
import * as v from 'valibot'
import type { RopeScaling } from './config.ts'
import * as bounds from './config-bounds.ts'
import { featureNotYet } from './not-yet.ts'
import { parseFields } from './parse-fields.ts'

/** The fields of config.json that RoPE is read from. */
export const ropeEntries = {
  max_position_embeddings: bounds.contextLengthField,
  partial_rotary_factor: v.nullish(v.number('a number'), 1),
  original_max_position_embeddings: v.nullish(bounds.contextLengthField),
  rope_theta: v.nullish(bounds.thetaField),
  rope_parameters: v.nullish(v.unknown()),
  rope_scaling: v.nullish(v.unknown()),
}
type RopeEntries = v.InferOutput<v.ObjectSchema<typeof ropeEntries, undefined>>

const ropeFields = v.looseObject(
  {
    rope_theta: v.nullish(bounds.thetaField),
    rope_type: v.nullish(v.string('a word')),
    type: v.nullish(v.string('a word')),
    partial_rotary_factor: v.nullish(v.number('a number')),
  },
  'an object',
)

const linearFields = v.looseObject({ factor: bounds.ropeFactorField })

const llama3Fields = v.looseObject({
  factor: bounds.ropeFactorField,
  low_freq_factor: bounds.ropeFactorField,
  high_freq_factor: bounds.ropeFactorField,
  original_max_position_embeddings: v.nullish(bounds.contextLengthField),
})

/** Where a config has both kinds of parameters, `rope_scaling` is what transformers takes. */
export function ropeOf(architecture: string, fields: RopeEntries): { theta: number; scaling: RopeScaling } {
  const key = isEmptyObject(fields.rope_scaling ?? {}) ? 'rope_parameters' : 'rope_scaling'
  const raw = fields[key] ?? {}
  const source = `config.json, ${key}`
  const rope = parseFields(ropeFields, raw, source)
  const nested = Object.keys(rope).find((name) => name.endsWith('_attention'))
  if (nested !== undefined) throw featureNotYet(architecture, `RoPE by kinds of layers ("${key}.${nested}")`)
  const rotaryFactor = rope.partial_rotary_factor ?? fields.partial_rotary_factor
  if (rotaryFactor !== 1) throw featureNotYet(architecture, `"partial_rotary_factor" = ${rotaryFactor}`)
  const type = rope.rope_type ?? rope.type ?? 'default'
  const theta = rope.rope_theta ?? fields.rope_theta ?? 10_000
  if (type === 'default') return { theta, scaling: { kind: 'none' } }
  if (type === 'linear') {
    return { theta, scaling: { kind: 'linear', factor: parseFields(linearFields, raw, source).factor } }
  }
  if (type !== 'llama3') throw featureNotYet(architecture, `RoPE scaling "${type.slice(0, 40)}" ("${key}")`)
  const llama3 = parseFields(llama3Fields, raw, source)
  return {
    theta,
    scaling: {
      kind: 'llama3',
      factor: llama3.factor,
      lowFrequencyFactor: llama3.low_freq_factor,
      highFrequencyFactor: llama3.high_freq_factor,
      originalContextLength:
        fields.original_max_position_embeddings ??
        llama3.original_max_position_embeddings ??
        fields.max_position_embeddings,
    },
  }
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
