// All reference prompts, token by token, over real tabs with float weights: alone, unevenly split, and with more tabs than KV heads.
import { catalogue } from '../../../tools/model-catalogue.ts'
import { defaultModelPath } from '../../support/default-model.ts'
import { expectReference, references } from '../support/references.ts'
import { formRoom, load } from '../support/script.ts'
import { test } from '../support/stage.ts'

for (const { tabs, shares } of [
  { tabs: 1, shares: '' },
  { tabs: 2, shares: '&shares=2,1' },
  { tabs: 3, shares: '' },
  { tabs: 4, shares: '&shares=1,1,1,1' },
]) {
  test(`${tabs} tab(s)${shares} answer all ${references.length} prompts as the reference does`, async ({ stage }) => {
    const site = await stage.serve({ models: [defaultModelPath()] })
    const [leader] = await formRoom(stage, site, { tabs, query: `executor=wasm&weights=f32${shares}` })
    await load(leader, catalogue.defaultModel)
    for (const reference of references) await test.step(reference.prompt, () => expectReference(leader, reference))
  })
}
