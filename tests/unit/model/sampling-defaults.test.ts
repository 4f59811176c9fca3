import { describe, expect, it } from 'vitest'
import { samplingFromGenerationConfig, samplingFromGguf } from '../../../src/model/sampling-defaults.ts'

describe('a generation config', () => {
  it('gives what it says to sample with', () => {
    const qwen = { do_sample: true, temperature: 0.6, top_k: 20, top_p: 0.95, eos_token_id: [1, 2] }
    expect(samplingFromGenerationConfig(qwen)).toEqual({ temperature: 0.6, topK: 20, topP: 0.95 })
    expect(samplingFromGenerationConfig({ do_sample: true })).toEqual({ temperature: 1 })
  })

  it('says nothing of sampling where the model is not to be sampled', () => {
    expect(samplingFromGenerationConfig({ temperature: 0.6, repetition_penalty: 1.1 })).toEqual({
      repetitionPenalty: 1.1,
    })
    expect(samplingFromGenerationConfig({ do_sample: false, top_k: 50 })).toEqual({})
  })

  it.each([undefined, null, [], 'text', { do_sample: 'yes' }])('that is %j says nothing', (json) => {
    expect(samplingFromGenerationConfig(json)).toEqual({})
  })

  it('loses only the numbers that make no sense', () => {
    const odd = { do_sample: true, temperature: -1, top_p: 2, top_k: '5', min_p: 0.1 }
    expect(samplingFromGenerationConfig(odd)).toEqual({ temperature: 1, minP: 0.1 })
  })
})

it('GGUF metadata give theirs, rounded as they were meant', () => {
  const metadata = {
    'general.sampling.temp': Math.fround(0.6),
    'general.sampling.top_k': 20n,
    'general.sampling.top_p': Math.fround(0.95),
    'general.sampling.penalty_repeat': Number.NaN,
    'general.name': 'x',
  }
  expect(samplingFromGguf(metadata)).toEqual({ temperature: 0.6, topK: 20, topP: 0.95 })
  expect(samplingFromGguf({})).toEqual({})
})
