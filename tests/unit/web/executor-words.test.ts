import { expect, test } from 'vitest'
import { choiceWords } from '../../../web/executor-words.ts'
import { laterTexts } from '../../../web/texts/later-texts.ts'
import { texts } from '../../../web/texts/texts.ts'
import { measuredSpeed, measuredUse, plainProfile } from '../../support/plain-profile.ts'

const profile = { ...plainProfile, ...measuredUse('wasm', 2e9, { prefillBytesPerSecond: 9e9 }) }
const gpu = measuredSpeed('webgpu', 9e9, { prefillBytesPerSecond: 90e9 })

test('an executor that was too late when it was last wanted takes over nothing: it is to be measured again', () => {
  expect(choiceWords({ ...profile, otherExecutors: [gpu] }, null)).toContain(laterTexts().executors.takesOver)
  const late = { ...gpu, why: 'It was not measured within 1000 ms.' }
  const words = choiceWords({ ...profile, otherExecutors: [late] }, null)
  expect(words).toBe(laterTexts().executors.onlyOne(texts.device.executors.wasm))
})
