// Rooms of real tabs say what one machine says: the same tokens for every number of tabs, every split and every executor.
import type { Page } from '@playwright/test'
import { catalogue } from '../../tools/model-catalogue.ts'
import { defaultModelPath } from '../support/default-model.ts'
import { expectReference, references } from './support/references.ts'
import { formRoom, infer, join, load, view } from './support/script.ts'
import { storiesId } from './support/site.ts'
import { expect, test } from './support/stage.ts'

const golden =
  ', there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball. She wanted to play with it, but it was too high.'

async function tellsTheStory(leader: Page): Promise<void> {
  const request = { model: storiesId, input: { text: 'Once upon a time' }, maxTokens: 74 }
  const { text, tokens, stopReason } = await infer(leader, request)
  expect(text?.slice(0, golden.length)).toBe(golden)
  expect(tokens).toHaveLength(74)
  expect(stopReason).toBe('length')
}

/** Until the model runs on so many devices, this one's among them. */
async function joinLoaded(guest: Page, leader: Page, devices: number): Promise<void> {
  await join(guest, (await view(leader)).link!)
  await leader.waitForFunction((wanted) => {
    const { state, plan } = globalThis.headroom!.view
    return state.kind === 'ready' && plan?.deviceIds.length === wanted
  }, devices)
}

test('two tabs, three and four tell the story of the small model', async ({ stage }) => {
  const site = await stage.serve()
  const [leader] = await formRoom(stage, site, { tabs: 2, query: 'executor=wasm&weights=f32' })
  await load(leader, storiesId)
  await tellsTheStory(leader)
  for (const tabs of [3, 4]) {
    await joinLoaded(await stage.visit(`${site.url}?executor=wasm`), leader, tabs)
    await tellsTheStory(leader)
  }
})

test('two tabs tell it on TensorFlow.js’ own operations', async ({ stage }) => {
  const site = await stage.serve()
  const [leader] = await formRoom(stage, site, { tabs: 2, query: 'executor=tfjs-wasm&weights=f32' })
  await load(leader, storiesId)
  await tellsTheStory(leader)
})

const shortest = references.toSorted((a, b) => a.tokens.length - b.tokens.length).slice(0, 4)

test('one tab, two with shares 2,1 and three answer four prompts as the reference does, token by token', async ({
  stage,
}) => {
  test.setTimeout(300_000)
  const site = await stage.serve({ models: [defaultModelPath()] })
  const [leader] = await formRoom(stage, site, { tabs: 1, query: 'executor=wasm&weights=f32&shares=2,1' })
  await load(leader, catalogue.defaultModel)
  for (const tabs of [1, 2, 3]) {
    if (tabs > 1) await joinLoaded(await stage.visit(`${site.url}?executor=wasm`), leader, tabs)
    for (const reference of shortest) await expectReference(leader, reference)
    expect((await view(leader)).plan?.deviceIds).toHaveLength(tabs)
  }
})
