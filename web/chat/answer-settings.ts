// How answers are made, as people set it: what the sampler takes, the length, and words that come before every conversation.
import * as v from 'valibot'
import type { ModelView } from '../../src/index.ts'

const number = (minimum: number, maximum: number) => v.pipe(v.number(), v.minValue(minimum), v.maxValue(maximum))
const whole = (minimum: number, maximum: number) => v.pipe(number(minimum, maximum), v.integer())

/** The bounds are those that a person finds useful, inside those of the engine. */
const answerSettingsSchema = v.object({
  systemPrompt: v.string(),
  /** 0 is greedy. */
  temperature: number(0, 2),
  topP: number(0.01, 1),
  /** 0: no limit. */
  topK: whole(0, 200),
  /** 0: no cut. */
  minP: number(0, 1),
  /** 1: none. */
  repetitionPenalty: number(1, 2),
  /** null: a new one for every answer. */
  seed: v.nullable(whole(0, 2 ** 32 - 1)),
  /** Tokens of one answer at most. */
  maxTokens: whole(1, 131_072),
})

export type AnswerSettings = Readonly<v.InferOutput<typeof answerSettingsSchema>>

/** Greedy, as the engine is when it is asked for nothing else. */
export const answerDefaults: AnswerSettings = {
  systemPrompt: '',
  temperature: 0,
  topP: 1,
  topK: 0,
  minP: 0,
  repetitionPenalty: 1,
  seed: null,
  maxTokens: 1024,
}

export type Sampling = Pick<AnswerSettings, 'temperature' | 'topP' | 'topK' | 'minP' | 'repetitionPenalty'>

export const presets = {
  exact: { temperature: 0, topP: 1, topK: 0, minP: 0, repetitionPenalty: 1 },
  balanced: { temperature: 0.7, topP: 0.95, topK: 0, minP: 0.05, repetitionPenalty: 1.05 },
  inventive: { temperature: 1, topP: 1, topK: 0, minP: 0.05, repetitionPenalty: 1.1 },
} as const satisfies Record<string, Sampling>

export type PresetName = keyof typeof presets

/** Are the settings' numbers of sampling these? */
export function samplesAs(settings: AnswerSettings, sampling: Sampling): boolean {
  return (Object.keys(presets.exact) as (keyof Sampling)[]).every((name) => sampling[name] === settings[name])
}

/** What was kept; null for anything else. */
export function readAnswerSettings(value: unknown): AnswerSettings | null {
  const result = v.safeParse(answerSettingsSchema, value)
  return result.success ? result.output : null
}

/** How the makers of the loaded model mean it to be sampled; null where its files do not say, or ask for what is out of bounds. */
export function samplingOf(model: ModelView | null): Sampling | null {
  if (!model || Object.keys(model.sampling).length === 0) return null
  const sampling = { ...presets.exact, ...model.sampling }
  return readAnswerSettings({ ...answerDefaults, ...sampling }) ? sampling : null
}

/** What somebody has set; otherwise what the model's makers mean; otherwise greedy. */
export function settingsFor(set: AnswerSettings | null, model: ModelView | null): AnswerSettings {
  return set ?? { ...answerDefaults, ...samplingOf(model) }
}

/** What the engine is asked with; a seed that was left open is drawn now. */
export function requestOptions({ systemPrompt: _, maxTokens, seed, ...sampling }: AnswerSettings) {
  return { maxTokens, sampling: { ...sampling, seed: seed ?? crypto.getRandomValues(new Uint32Array(1))[0]! } }
}
