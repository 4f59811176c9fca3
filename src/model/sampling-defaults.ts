// How a model's makers mean it to be sampled: `generation_config.json` of a checkpoint, `general.sampling.*` of a GGUF. A number that makes
// no sense is left out: it is a default, and no reason to refuse the model.
import * as v from 'valibot'
import type { SamplingOptions } from './sampling.ts'

/** What the files say, and nothing else. JSON-safe. */
export type SamplingDefaults = Partial<Omit<SamplingOptions, 'seed'>>

const within = (minimum: number, maximum: number) =>
  v.fallback(
    v.nullish(
      v.pipe(v.union([v.number(), v.bigint()]), v.transform(rounded), v.minValue(minimum), v.maxValue(maximum)),
    ),
    null,
  )

/** Single-precision numbers of GGUF: 0.6, not 0.6000000238. */
function rounded(value: number | bigint): number {
  return Number(Number(value).toPrecision(6))
}

const checkpointFields = v.object({
  do_sample: v.fallback(v.nullish(v.boolean()), null),
  temperature: within(0.001, 100),
  top_k: within(0, 2 ** 31),
  top_p: within(0.0001, 1),
  min_p: within(0, 1),
  repetition_penalty: within(0.01, 100),
})

/** `json` is the parsed file; undefined where there is none. A model that is not to be sampled is greedy. */
export function samplingFromGenerationConfig(json: unknown): SamplingDefaults {
  const result = v.safeParse(checkpointFields, json)
  if (!result.success) return {}
  const { do_sample, temperature, top_k, top_p, min_p, repetition_penalty } = result.output
  if (!do_sample) return said({ repetitionPenalty: repetition_penalty })
  return said({
    temperature: temperature ?? 1,
    topK: top_k,
    topP: top_p,
    minP: min_p,
    repetitionPenalty: repetition_penalty,
  })
}

const ggufFields = v.object({
  'general.sampling.temp': within(0, 100),
  'general.sampling.top_k': within(0, 2 ** 31),
  'general.sampling.top_p': within(0.0001, 1),
  'general.sampling.min_p': within(0, 1),
  'general.sampling.penalty_repeat': within(0.01, 100),
})

export function samplingFromGguf(metadata: unknown): SamplingDefaults {
  const result = v.safeParse(ggufFields, metadata)
  if (!result.success) return {}
  const fields = result.output
  return said({
    temperature: fields['general.sampling.temp'],
    topK: fields['general.sampling.top_k'],
    topP: fields['general.sampling.top_p'],
    minP: fields['general.sampling.min_p'],
    repetitionPenalty: fields['general.sampling.penalty_repeat'],
  })
}

function said(options: { [Name in keyof SamplingDefaults]: number | null | undefined }): SamplingDefaults {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value != null))
}
