// Rooms of real tabs say what one machine says: the same tokens for every number of tabs, every split and every executor.
import { catalogue } from '../../tools/model-catalogue.ts'
import { defaultModelPath } from '../support/default-model.ts'
import { expectReference, references } from './support/references.ts'
import { formRoom, infer, load } from './support/script.ts'
import { storiesId } from './support/site.ts'
import { expect, test } from './support/stage.ts'

const golden =
  ', there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball. She wanted to play with it, but it was too high.'

for (const { tabs, query } of [
  { tabs: 2, query: 'executor=wasm&weights=f32' },
  { tabs: 4, query: 'executor=wasm&weights=f32' },
  { tabs: 2, query: 'executor=tfjs-wasm&weights=f32' },
]) {
  test(`${tabs} tab(s) with ${query} tell the story of the small model`, async ({ stage }) => {
    const site = await stage.serve()
    const [leader] = await formRoom(stage, site, { tabs, query })
    await load(leader, storiesId)
    const request = { model: storiesId, input: { text: 'Once upon a time' }, maxTokens: 74 }
    const { text, tokens, stopReason } = await infer(leader, request)
    expect(text?.slice(0, golden.length)).toBe(golden)
    expect(tokens).toHaveLength(74)
    expect(stopReason).toBe('length')
  })
}

const shortest = references.toSorted((a, b) => a.tokens.length - b.tokens.length).slice(0, 4)

for (const { tabs, shares } of [
  { tabs: 1, shares: '' },
  { tabs: 2, shares: '&shares=2,1' },
  { tabs: 3, shares: '' },
]) {
  test(`${tabs} tab(s)${shares} answer four prompts as the reference does, token by token`, async ({ stage }) => {
    test.setTimeout(300_000)
    const site = await stage.serve({ models: [defaultModelPath()] })
    const [leader] = await formRoom(stage, site, { tabs, query: `executor=wasm&weights=f32${shares}` })
    await load(leader, catalogue.defaultModel)
    for (const reference of shortest) await expectReference(leader, reference)
  })
}
