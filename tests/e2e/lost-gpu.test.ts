// A GPU that is really taken away in the middle of an answer: `destroy` on the device that the engine worker computes with.
import type { Page } from '@playwright/test'
import { infer, join, load, startRoom, view, waitForDevices } from './support/script.ts'
import { storiesId } from './support/site.ts'
import { expect, type Stage, test } from './support/stage.ts'

const request = { model: storiesId, input: { text: 'Once upon a time' }, maxTokens: 16, ignoreEos: true }

/** Sublayers and heads before the GPU goes: some seven tokens of a model of five layers. */
const submitsBefore = 80

/** Takes the GPU from the page's engine worker after so many submits of its next answer; `forGood`: no adapter is given after it. */
async function takeGpu(page: Page, forGood: boolean, submits = submitsBefore): Promise<void> {
  const [engine] = page.workers().filter((worker) => worker.url().includes('engine-worker'))
  await engine!.evaluate(
    ([most, noMore]) => {
      let left = most
      const create = GPUDevice.prototype.createCommandEncoder
      GPUDevice.prototype.createCommandEncoder = function (descriptor) {
        if (--left === 0) this.destroy()
        return create.call(this, descriptor)
      }
      if (noMore) GPU.prototype.requestAdapter = () => Promise.resolve(null)
    },
    [submits, forGood] as const,
  )
}

/** Two tabs, the leader first; `onGpu` computes on WebGPU, the other on WASM. */
async function roomWithGpu(stage: Stage, onGpu: number): Promise<[Page, Page]> {
  const site = await stage.serve()
  const visit = (tab: number) => stage.visit(`${site.url}?weights=f32&executor=${tab === onGpu ? 'webgpu' : 'wasm'}#/`)
  const [leader, guest] = await Promise.all([visit(0), visit(1)])
  await join(guest, await startRoom(leader))
  await waitForDevices(leader, 2)
  await load(leader, storiesId)
  return [leader, guest]
}

/** Each takes GPUs of one tab, the only one of two that computes on one; the other computes on WASM. */
for (const { who, tab, losses } of [
  { who: 'the leader', tab: 0, losses: [{ forGood: false, executor: 'webgpu' }] },
  {
    who: 'a guest',
    tab: 1,
    losses: [
      { forGood: false, executor: 'webgpu' },
      { forGood: true, executor: 'wasm' },
    ],
  },
]) {
  const computedOn = losses.map(({ forGood, executor }) =>
    forGood ? `${executor} where it is gone for good` : executor,
  )
  test(`a GPU taken from ${who} ends no answer: it comes word for word, computed on ${computedOn.join(', on ')}`, async ({
    stage,
  }) => {
    const pages = await roomWithGpu(stage, tab)
    const [leader] = pages
    const expected = await infer(leader, request)
    for (const { forGood, executor } of losses) {
      const epoch = (await view(leader)).plan!.epoch
      await takeGpu(pages[tab]!, forGood)
      const result = await infer(leader, request)

      expect(result.tokens).toEqual(expected.tokens)
      expect(result.text).toBe(expected.text)
      const after = await view(leader)
      expect(after.state.kind).toBe('ready')
      expect(after.plan!.epoch).toBe(epoch + 1)
      const executors = ['wasm', 'wasm'].with(tab, executor)
      expect(after.devices.map(({ report }) => report?.executor)).toEqual(executors)
      expect(after.devices.map(({ profile }) => profile?.executor)).toEqual(executors)
      const own = (await view(pages[tab]!)).devices.find(({ isSelf }) => isSelf)
      expect(own?.profile?.executor).toBe(executor)
      expect(own?.profile?.weightBytesPerSecond).toBe(after.devices[tab]!.profile?.weightBytesPerSecond)
    }
  })
}

/** As if an earlier visit had measured a GPU that reads no prompt and writes in no time: no adapter of the tests has figures to lean on. */
function rememberWriter() {
  const phases = { prefillBytesPerSecond: 1, readbackMs: 0, startMs: 0 }
  const speeds = [{ executor: 'webgpu', weightBytesPerSecond: 1e15, phases, backend: 'A GPU', why: null }]
  localStorage.setItem('headroom.speeds', JSON.stringify({ userAgent: navigator.userAgent, threads: 1, speeds }))
}

test('a device that reads on its processor and writes on its GPU tells the story as one does, and goes on without the GPU', async ({
  stage,
}) => {
  const site = await stage.serve()
  const page = await stage.visit(`${site.url}?weights=f32&threads=1#/`)
  await page.evaluate(rememberWriter)
  await page.reload()
  await startRoom(page)
  await waitForDevices(page, 1)
  await load(page, storiesId)
  const own = async () => (await view(page)).devices[0]!
  const { profile, report } = await own()
  expect(profile).toMatchObject({ executor: 'wasm', pair: { prefill: 'wasm', decode: 'webgpu', promptTokens: 2 } })
  expect(report).toMatchObject({ executor: 'webgpu', prompts: 'wasm' })
  const { text, tokens } = await infer(page, request)
  expect(text).toMatch(/^, there was a little girl named/)

  await takeGpu(page, true, 5)
  expect((await infer(page, request)).tokens).toEqual(tokens)
  const after = (await own()).report
  expect(after).toMatchObject({ executor: 'wasm', refusal: expect.stringContaining('no WebGPU adapter') })
  expect(after).not.toHaveProperty('prompts')
})
