import { expect, test } from 'vitest'
import { HeadroomError } from '../../../src/base/errors.ts'
import { guestOf, reaches, request, roomOf, served, silent, story, tellsItsStory } from './story-room.ts'

test('a load asked for during an answer waits for it', async () => {
  const room = roomOf()
  await room.coordinator.loadModel(served.source)
  const answer = room.coordinator.infer(request, silent)
  const load = room.coordinator.loadModel(served.source)
  expect((await answer).text?.startsWith(story)).toBe(true)
  await load
  await tellsItsStory(room)
})

test('a cancelled load leaves the lobby, and a device that joins later starts nothing', async () => {
  const room = roomOf()
  const guest = guestOf(room, 'guest')
  guest.join()
  const load = room.coordinator.loadModel(served.source)
  await reaches(room, 'loading')
  room.coordinator.cancelLoad()
  await expect(load).rejects.toMatchObject({ code: 'aborted' })
  expect(room.coordinator.state).toEqual({ kind: 'lobby' })
  const late = guestOf(room, 'late')
  late.join()
  await expect(room.coordinator.infer(request, silent)).rejects.toMatchObject({ code: 'bad-input' })
  expect(room.coordinator.state).toEqual({ kind: 'lobby' })
  expect((await room.coordinator.loadModel(served.source)).deviceIds).toEqual(['device-0', 'guest', 'late'])
  await tellsItsStory(room)
})

test('a load is cancelled at whatever point it is', async () => {
  const room = roomOf()
  const guest = guestOf(room, 'guest')
  const load = guest.port.load
  guest.port.load = async (...order) => {
    const report = await load(...order)
    room.coordinator.cancelLoad()
    return report
  }
  guest.join()
  await expect(room.coordinator.loadModel(served.source)).rejects.toMatchObject({ code: 'aborted' })
  expect(room.coordinator.state).toEqual({ kind: 'lobby' })
})

test('a member that says it was stopped though nobody stopped it is left out', async () => {
  const room = roomOf()
  const guest = guestOf(room, 'guest')
  guest.port.load = () => Promise.reject(new HeadroomError('aborted', 'Stopped.'))
  guest.join()
  expect((await room.coordinator.loadModel(served.source)).deviceIds).toEqual(['device-0'])
})

test('a model that does not fit is refused in words, and loads when a device joins that has room', async () => {
  const tight = roomOf({ shares: [1, 1000] })
  const guest = guestOf(tight, 'guest', { memoryBytes: 1 })
  guest.join()
  await expect(tight.coordinator.loadModel(served.source)).rejects.toMatchObject({ code: 'plan-impossible' })
  expect(tight.coordinator.state).toMatchObject({ kind: 'failed', error: { code: 'plan-impossible' } })
  await expect(tight.coordinator.infer(request, silent)).rejects.toMatchObject({ code: 'plan-impossible' })
  guest.leave()
  guestOf(tight, 'roomy').join()
  await reaches(tight, 'ready', ['device-0', 'roomy'])
  await tellsItsStory(tight)
})

test('more devices than wanted wait, and one takes the place of one that leaves', async () => {
  const room = roomOf({ maxDevices: 2 })
  const [first, second] = [guestOf(room, 'first'), guestOf(room, 'second')]
  first.join()
  second.join()
  expect((await room.coordinator.loadModel(served.source)).deviceIds).toEqual(['device-0', 'first'])
  first.leave()
  await reaches(room, 'ready', ['device-0', 'second'])
  await tellsItsStory(room)
})

test('Stop leaves the plan whole, also before the first token and in a dump', async () => {
  const room = roomOf()
  guestOf(room, 'guest').join()
  const { epoch } = await room.coordinator.loadModel(served.source)
  const early = AbortSignal.abort()
  const none = await room.coordinator.infer(request, silent, early)
  expect([none.stopReason, none.tokens]).toEqual(['aborted', []])
  const pressed = new AbortController()
  const some = await room.coordinator.infer(request, () => pressed.abort(), pressed.signal)
  expect(some.stopReason).toBe('aborted')
  expect(some.tokens.length).toBeLessThan(24)
  const dump = room.coordinator.infer({ ...request, dump: true }, silent, AbortSignal.abort())
  await expect(dump).rejects.toMatchObject({ code: 'aborted' })
  expect(room.coordinator.state.kind).toBe('ready')
  expect(room.coordinator.plan?.epoch).toBe(epoch)
  await tellsItsStory(room)
})

test.each([
  { what: 'a token outside the vocabulary', change: { input: { tokens: [1, 512] } } },
  { what: 'a token that is no whole number', change: { input: { tokens: [1.5] } } },
  { what: 'no tokens', change: { input: { tokens: [] } } },
  { what: 'more tokens than fit', change: { input: { tokens: new Array<number>(600).fill(1) } } },
  { what: 'an unheard-of temperature', change: { sampling: { temperature: -1 } } },
  { what: 'a negative number of tokens', change: { maxTokens: -1 } },
  { what: 'no number of tokens', change: { maxTokens: Number.NaN } },
])('$what is refused, and the room stays ready and in step', async ({ change }) => {
  const room = roomOf()
  guestOf(room, 'guest').join()
  const { epoch } = await room.coordinator.loadModel(served.source)
  await expect(room.coordinator.infer({ ...request, ...change }, silent)).rejects.toMatchObject({ code: 'bad-input' })
  expect(room.coordinator.state.kind).toBe('ready')
  await tellsItsStory(room)
  expect(room.coordinator.plan?.epoch).toBe(epoch)
})

test('a prompt that fills the context still gets its one token', async () => {
  const room = roomOf({ contextLength: 32 })
  guestOf(room, 'guest').join()
  await room.coordinator.loadModel(served.source)
  const tokens = Array.from({ length: 31 }, (_, i) => i + 5)
  const answer = await room.coordinator.infer({ ...request, input: { tokens }, ignoreEos: true }, silent)
  expect([answer.tokens.length, answer.stopReason]).toEqual([1, 'length'])
  const full = { ...request, input: { tokens: [...tokens, 9] } }
  await expect(room.coordinator.infer(full, silent)).rejects.toMatchObject({ code: 'bad-input' })
  expect((await room.coordinator.infer({ ...full, maxTokens: 0 }, silent)).tokens).toEqual([])
})

test('putting the model away ends what runs; nothing is loaded for those who join or leave', async () => {
  const room = roomOf()
  const guest = guestOf(room, 'guest')
  guest.join()
  await room.coordinator.loadModel(served.source)
  const answer = room.coordinator.infer({ ...request, maxTokens: 400, ignoreEos: true }, silent)
  const refused = expect(answer).rejects.toMatchObject({ code: 'aborted' })
  await reaches(room, 'generating')
  await room.coordinator.unload()
  await refused
  guest.leave()
  guestOf(room, 'late').join()
  await expect(room.coordinator.infer(request, silent)).rejects.toMatchObject({ code: 'bad-input' })
  expect([room.coordinator.state, room.coordinator.plan]).toEqual([{ kind: 'lobby' }, null])
})

test('a text holds still after its answer was broken off', async () => {
  const room = roomOf()
  const guest = guestOf(room, 'guest')
  guest.join()
  await room.coordinator.loadModel(served.source)
  let text = ''
  const answer = room.coordinator.infer({ ...request, maxTokens: 300, ignoreEos: true }, ({ text: piece }) => {
    text += piece
    if (text.length > 10) guest.port.onFailed?.({ code: 'internal', message: 'The executor is broken.' })
  })
  await expect(answer).rejects.toMatchObject({ code: 'internal' })
  await reaches(room, 'ready')
  const after = text
  await tellsItsStory(room)
  expect(text).toBe(after)
})
