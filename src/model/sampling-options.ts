import * as v from 'valibot'
import { HeadroomError } from '../base/errors.ts'
import type { SamplingOptions } from './sampling.ts'

function numberWithin(minimum: number, maximum: number, words: string) {
  return v.pipe(v.number(words), v.finite(words), v.minValue(minimum, words), v.maxValue(maximum, words))
}

const temperatureWords = '0 (greedy), or a number from 0.001 to 100'
const penaltyWords = 'a number from 0.01 to 100 (1 for none)'
const topPWords = 'above 0, at most 1 (1 for no cut)'
const topKWords = 'a whole number, 0 for no limit'
const seedWords = 'a whole number from 0 to 4294967295'
const samplingFields = v.strictObject(
  {
    temperature: v.optional(
      v.pipe(
        numberWithin(0, 100, temperatureWords),
        v.check((temperature) => temperature === 0 || temperature >= 0.001, temperatureWords),
      ),
      0,
    ),
    topK: v.optional(v.pipe(numberWithin(0, 2 ** 31, topKWords), v.integer(topKWords)), 0),
    topP: v.optional(v.pipe(numberWithin(0, 1, topPWords), v.gtValue(0, topPWords)), 1),
    minP: v.optional(numberWithin(0, 1, 'a number from 0 (no cut) to 1'), 0),
    repetitionPenalty: v.optional(numberWithin(0.01, 100, penaltyWords), 1),
    seed: v.optional(v.pipe(numberWithin(0, 2 ** 32 - 1, seedWords), v.integer(seedWords)), 0),
  },
  (issue) => (issue.expected === 'never' ? 'left out: there is no such option' : 'an object of sampling options'),
)

/** Fills in what is missing: greedy, no cuts, no penalty, seed 0. Throws `bad-input` naming the option and its value. */
export function parseSamplingOptions(options: unknown = {}): SamplingOptions {
  const result = v.safeParse(samplingFields, options, { abortEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  const name = v.getDotPath(issue)
  const value = typeof issue.input === 'object' ? JSON.stringify(issue.input) : String(issue.input)
  throw new HeadroomError(
    'bad-input',
    `Sampling options: ${name === null ? 'they are' : `${name} is`} ${value}, but must be ${issue.message}.`,
  )
}
