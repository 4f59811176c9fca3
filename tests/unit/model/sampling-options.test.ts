import { expect, it } from 'vitest'
import { parseSamplingOptions } from '../../../src/model/sampling-options.ts'

it('is greedy without cuts by default', () => {
  const greedy = { temperature: 0, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed: 0 }
  expect(parseSamplingOptions()).toEqual(greedy)
  expect(parseSamplingOptions({ topK: undefined, seed: 7 })).toEqual({ ...greedy, seed: 7 })
})

it('keeps every option given', () => {
  const options = { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05, repetitionPenalty: 1.1, seed: 2 ** 32 - 1 }
  expect(parseSamplingOptions(options)).toEqual(options)
})

it.each<[unknown, RegExp]>([
  [{ temperature: -0.1 }, /temperature is -0.1, but must be 0 \(greedy\), or a number from 0.001 to 100/],
  [{ temperature: 1e-9 }, /temperature is 1e-9/],
  [{ temperature: Number.NaN }, /temperature is NaN/],
  [{ temperature: Infinity }, /temperature is Infinity/],
  [{ temperature: '1' }, /temperature is 1, but must be/],
  [{ topK: 1.5 }, /topK is 1.5, but must be a whole number/],
  [{ topK: -1 }, /topK is -1/],
  [{ topP: 0 }, /topP is 0, but must be above 0/],
  [{ topP: 1.01 }, /topP is 1.01/],
  [{ minP: 2 }, /minP is 2/],
  [{ repetitionPenalty: 0 }, /repetitionPenalty is 0/],
  [{ seed: -1 }, /seed is -1/],
  [{ seed: 2 ** 32 }, /seed is 4294967296/],
  [{ seed: 0.5 }, /seed is 0.5/],
  [{ temprature: 1 }, /temprature.*there is no such option/],
  [null, /they are null, but must be an object/],
  ['hot', /they are hot, but must be an object/],
])('refuses %o and names option and value', (options, message) => {
  expect(() => parseSamplingOptions(options)).toThrow(expect.objectContaining({ code: 'bad-input' }))
  expect(() => parseSamplingOptions(options)).toThrow(message)
})
