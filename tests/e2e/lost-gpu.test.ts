// A GPU that is really taken away in the middle of an answer: `destroy` on the device that the engine worker computes with.
import type { Page } from '@playwright/test'
import { formRoom, infer, load, view } from './support/script.ts'
import { storiesId } from './support/site.ts'
import { expect, type Stage, test } from './support/stage.ts'

const request = { model: storiesId, input: { text: 'Once upon a time' }, maxTokens: 16, ignoreEos: true }

/** Sublayers and heads before the GPU goes: some seven tokens of a model of five layers. */
const submitsBefore = 80

/** Takes the GPU from the page's engine worker in the middle of its next answer; `forGood`: no adapter is given after it. */
async function takeGpu(page: Page, forGood: boolean): Promise<void> {
  const [engine] = page.workers().filter((worker) => worker.url().includes('engine-worker'))
  await engine!.evaluate(
    ([submits, noMore]) => {
      let left = submits
      const create = GPUDevice.prototype.createCommandEncoder
      GPUDevice.prototype.createCommandEncoder = function (descriptor) {
        if (--left === 0) this.destroy()
        return create.call(this, descriptor)
      }
      if (noMore) GPU.prototype.requestAdapter = () => Promise.resolve(null)
    },
    [submitsBefore, forGood] as const,
  )
}

async function roomOnGpus(stage: Stage): Promise<[Page, ...Page[]]> {
  const site = await stage.serve()
  const pages = await formRoom(stage, site, { tabs: 2, query: 'executor=webgpu&weights=f32' })
  await load(pages[0], storiesId)
  return pages
}

for (const { who, tab, forGood, executor } of [
  { who: 'a guest', tab: 1, forGood: false, executor: 'webgpu' },
  { who: 'the leader', tab: 0, forGood: false, executor: 'webgpu' },
  { who: 'a guest for good', tab: 1, forGood: true, executor: 'wasm' },
]) {
  test(`a GPU taken from ${who} ends no answer: it comes word for word, computed on ${executor}`, async ({ stage }) => {
    test.setTimeout(120_000)
    const pages = await roomOnGpus(stage)
    const [leader] = pages
    const expected = await infer(leader, request)
    const epoch = (await view(leader)).plan!.epoch
    await takeGpu(pages[tab]!, forGood)
    const result = await infer(leader, request)

    expect(result.tokens).toEqual(expected.tokens)
    expect(result.text).toBe(expected.text)
    const after = await view(leader)
    expect(after.state.kind).toBe('ready')
    expect(after.plan!.epoch).toBe(epoch + 1)
    const executors = after.devices.map(({ report }) => report?.executor)
    expect(executors).toEqual(['webgpu', 'webgpu'].with(tab, executor))
  })
}
