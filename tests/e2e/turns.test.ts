// How answers begin, end and follow each other: Stop, caches that are used again, one answer at a time.
import type { Page } from '@playwright/test'
import { catalogue } from '../../tools/model-catalogue.ts'
import { defaultModelPath } from '../support/default-model.ts'
import { answers, ask, joinByHand, loadByHand, startRoomByHand } from './support/people.ts'
import { formRoom, infer, join, load, startRoom, view, waitForDevices } from './support/script.ts'
import { storiesId } from './support/site.ts'
import { slowLane } from './support/slow-lane.ts'
import { expect, test } from './support/stage.ts'

const model = catalogue.defaultModel

/** Asks by script and stops after so many streamed pieces. */
function askAndStop(leader: Page, content: string, pieces: number) {
  return leader.evaluate(
    async ({ content, pieces }) => {
      const stopping = new AbortController()
      const seen: string[] = []
      const { tokens, text, stopReason } = await globalThis.headroom!.chat({
        messages: [{ role: 'user', content }],
        sampling: { temperature: 0 },
        signal: stopping.signal,
        onText(piece) {
          seen.push(piece)
          if (seen.length === pieces) stopping.abort()
        },
      })
      return { tokens, text, stopReason, seen }
    },
    { content, pieces },
  )
}

test('Stop ends an answer, says what there is, and the next answer is right', async ({ stage }) => {
  const site = await stage.serve({ models: [defaultModelPath()] })
  const [leader, guest] = await formRoom(stage, site, { tabs: 2, query: 'executor=wasm&shares=1,1' })
  await load(leader, model)
  const whole = await infer(leader, { model, input: 'Count from one to ten.', maxTokens: 24 })
  const quicken = await slowLane(guest!, 5)
  const stopped = await askAndStop(leader, 'Count from one to ten.', 5)
  await quicken()
  expect(stopped.stopReason).toBe('aborted')
  expect(stopped.text).toBe(stopped.seen.join(''))
  // How many tokens more are computed while the word travels to the engine's thread is the machine's affair; generate.test.ts counts them.
  expect(stopped.tokens.length).toBeLessThan(whole.tokens.length)
  expect(stopped.tokens).toEqual(whole.tokens.slice(0, stopped.tokens.length))
  expect((await view(leader)).state.kind).toBe('ready')
  const again = await infer(leader, { model, input: 'Count from one to ten.', maxTokens: 24 })
  expect(again.tokens).toEqual(whole.tokens)
})

test('a next turn computes only what is new: the caches of all tabs are used again, also after Stop', async ({
  stage,
}) => {
  const site = await stage.serve()
  const pages = [await stage.visit(`${site.url}?executor=wasm&shares=1,1#/`), await stage.visit(site.url)] as const
  const [leader, guest] = pages
  await leader.evaluate(() => {
    const create = RTCPeerConnection.prototype.createDataChannel
    RTCPeerConnection.prototype.createDataChannel = function (label, options) {
      ;(globalThis as unknown as { connection: RTCPeerConnection }).connection = this
      return create.call(this, label, options)
    }
  })
  await join(guest, await startRoom(leader))
  await waitForDevices(leader, 2)
  await load(leader, storiesId)

  /** Bytes that left the leader for one token after this prompt. */
  const bytesFor = async (tokens: readonly number[]) => {
    const sent = () =>
      leader.evaluate(async () => {
        // Chromium answers from its last statistics for 50 ms.
        await new Promise((resolve) => setTimeout(resolve, 100))
        const { connection } = globalThis as unknown as { connection: RTCPeerConnection }
        const reports: { type: string; bytesSent?: number }[] = [...(await connection.getStats()).values()]
        return reports.find(({ type }) => type === 'transport')?.bytesSent ?? 0
      })
    const before = await sent()
    await infer(leader, { model: storiesId, input: tokens, maxTokens: 1 })
    return (await sent()) - before
  }
  const first = Array.from({ length: 200 }, (_, index) => 3 + ((index * 7) % 500))
  const whole = await bytesFor(first)
  const next = await bytesFor([...first, 5, 6, 7])
  expect(next).toBeGreaterThan(0)
  expect(next).toBeLessThan(whole / 20)

  const stopped = await askAndStop(leader, 'Once upon a time', 20)
  expect(stopped.stopReason).toBe('aborted')
  const prompt = await infer(leader, { model: storiesId, input: { text: 'Once upon a time' }, maxTokens: 0 })
  const grown = [...prompt.promptTokens, ...stopped.tokens.slice(0, 15), 5]
  expect(await bytesFor(grown)).toBeLessThan(whole / 10)
})

test('a second request waits for the first; one that is stopped while it waits ends at its first token', async ({
  stage,
}) => {
  const site = await stage.serve()
  const [leader] = await formRoom(stage, site, { tabs: 2, query: 'executor=wasm' })
  await load(leader, storiesId)
  const results = await leader.evaluate(async () => {
    const ended: string[] = []
    const ask = async (name: string, content: string, signal?: AbortSignal) => {
      const messages = [{ role: 'user' as const, content }]
      const request = { messages, maxTokens: 40, sampling: { temperature: 0 } }
      const result = await globalThis.headroom!.chat(signal ? { ...request, signal } : request)
      ended.push(name)
      return { text: result.text, stopReason: result.stopReason, count: result.tokens.length }
    }
    const stopping = new AbortController()
    const first = ask('first', 'Once upon a time')
    const second = ask('second', 'Lily', stopping.signal)
    const third = ask('third', 'Once upon a time')
    stopping.abort()
    return { answers: await Promise.all([first, second, third]), ended }
  })
  const [first, second, third] = results.answers
  expect(results.ended).toEqual(['first', 'second', 'third'])
  expect(first).toMatchObject({ stopReason: 'length', count: 40 })
  expect(second.stopReason).toBe('aborted')
  expect(second.count).toBeLessThanOrEqual(1)
  expect(third).toEqual(first)
})

test('what is asked while an answer runs waits, and is answered after it', async ({ stage }) => {
  const site = await stage.serve({ models: [defaultModelPath()] })
  const leader = await stage.visit(`${site.url}?executor=wasm`)
  const guest = await stage.visit(await startRoomByHand(leader))
  await joinByHand(guest)
  await loadByHand(leader, 2)
  await ask(leader, 'Write a long story about a whale and a lighthouse.')
  await expect(answers(leader)).not.toHaveText('')
  await leader.getByTestId('prompt').fill('And backwards.')
  await leader.getByTestId('prompt').press('Enter')
  await expect(leader.getByTestId('waiting-question')).toContainText('And backwards.')
  await expect(leader.getByTestId('prompt')).toHaveValue('')
  await expect(leader.locator('hr-turn')).toHaveCount(2)
  await leader.getByTestId('stop').click()
  await expect(leader.getByTestId('figures').first()).toContainText('Stopped')
  await expect(leader.getByTestId('waiting-question')).toHaveCount(0)
  await expect(leader.locator('hr-turn')).toHaveCount(4)
  await expect(answers(leader).last()).not.toHaveText('')
  await expect(leader.getByTestId('answer-problem')).toHaveCount(0)
})
