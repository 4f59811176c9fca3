import { expect, test } from 'vitest'
import { HeadroomError } from '../../../src/base/errors.ts'
import { guestOf, reaches, request, roomOf, served, silent, story, tellsItsStory } from './story-room.ts'

test('a member that cannot load is left out, and the rest is planned anew', async () => {
  const room = roomOf()
  const [broken, sound] = [guestOf(room, 'broken'), guestOf(room, 'sound')]
  broken.port.load = () => Promise.reject(new HeadroomError('download-failed', 'The mirror does not answer.'))
  broken.join()
  sound.join()
  const { deviceIds } = await room.coordinator.loadModel(served.source)
  expect(deviceIds).toEqual(['device-0', 'sound'])
  expect(room.coordinator.status('broken').error).toMatchObject({ code: 'download-failed' })
  await tellsItsStory(room)
})

test('a member that cannot start is left out too', async () => {
  const room = roomOf()
  const broken = guestOf(room, 'broken')
  broken.port.start = () => Promise.reject(new HeadroomError('peer-lost', 'It did not start within 10 s.'))
  broken.join()
  const { deviceIds } = await room.coordinator.loadModel(served.source)
  expect(deviceIds).toEqual(['device-0'])
  await tellsItsStory(room)
})

test('a member lost in the middle of an answer ends it; requests already waiting are answered by the rest', async () => {
  const room = roomOf()
  const [leaving, staying] = [guestOf(room, 'leaving', { name: 'Pixel 9' }), guestOf(room, 'staying')]
  leaving.join()
  staying.join()
  await room.coordinator.loadModel(served.source)
  let pieces = 0
  const broken = room.coordinator.infer(request, () => {
    if (++pieces === 3) leaving.leave()
  })
  const waiting = room.coordinator.infer(request, silent)
  // People know a device by its name.
  await expect(broken).rejects.toMatchObject({
    code: 'peer-lost',
    message: expect.stringMatching(/^(?!.*leaving).*Pixel 9/),
  })
  expect((await waiting).text?.startsWith(story)).toBe(true)
  expect(room.coordinator.plan?.deviceIds).toEqual(['device-0', 'staying'])
})

test('a member that pauses in the middle of an answer finishes it, and its share then goes to the others until it wants one again', async () => {
  const room = roomOf()
  const [paused, staying] = [guestOf(room, 'paused'), guestOf(room, 'staying')]
  paused.join()
  staying.join()
  await room.coordinator.loadModel(served.source)
  let pieces = 0
  const answer = await room.coordinator.infer(request, () => {
    if (++pieces === 3) room.coordinator.setPaused('paused', true)
  })
  expect(answer.text?.startsWith(story)).toBe(true)
  await tellsItsStory(room)
  expect(room.coordinator.plan?.deviceIds).toEqual(['device-0', 'staying'])
  room.coordinator.setPaused('paused', false)
  await tellsItsStory(room)
  expect(room.coordinator.plan?.deviceIds).toEqual(['device-0', 'paused', 'staying'])
})

test('a member lost between answers costs no answer', async () => {
  const room = roomOf()
  const guest = guestOf(room, 'guest')
  guest.join()
  await room.coordinator.loadModel(served.source)
  await tellsItsStory(room)
  guest.leave()
  expect(room.coordinator.state.kind).toBe('recovering')
  await tellsItsStory(room)
  expect(room.coordinator.plan?.deviceIds).toEqual(['device-0'])
})

test.each(['load', 'start'] as const)('a member that leaves while it is to %s is planned without', async (order) => {
  const room = roomOf()
  const [leaving, staying] = [guestOf(room, 'leaving'), guestOf(room, 'staying')]
  const leave = (): Promise<never> => {
    leaving.leave()
    return Promise.reject(new HeadroomError('peer-lost', 'It left.'))
  }
  Object.assign(leaving.port, { [order]: leave })
  leaving.join()
  staying.join()
  const { deviceIds } = await room.coordinator.loadModel(served.source)
  expect(deviceIds).toEqual(['device-0', 'staying'])
  await tellsItsStory(room)
})

test.each(['before', 'after'] as const)(
  'a member that leaves just %s the leader starts is planned without',
  async (when) => {
    const room = roomOf()
    const guest = guestOf(room, 'guest')
    const [leader] = room.engines
    const start = leader!.start
    leader!.start = async (...order) => {
      leader!.start = start
      if (when === 'before') guest.leave()
      try {
        await start(...order)
      } finally {
        if (when === 'after') guest.leave()
      }
    }
    guest.join()
    const { deviceIds } = await room.coordinator.loadModel(served.source)
    expect(deviceIds).toEqual(['device-0'])
    await tellsItsStory(room)
  },
)

test('a member that fails while the leader starts is planned without', async () => {
  const room = roomOf()
  const guest = guestOf(room, 'guest')
  const [leader] = room.engines
  const start = leader!.start
  leader!.start = async (...order) => {
    leader!.start = start
    guest.port.onFailed?.({ code: 'device-lost', message: 'The GPU is gone.' })
    await start(...order)
  }
  guest.join()
  expect((await room.coordinator.loadModel(served.source)).deviceIds).toEqual(['device-0'])
  await tellsItsStory(room)
})

test('a member that fails in the middle of an answer with a code of its own is planned without', async () => {
  const room = roomOf()
  const guest = guestOf(room, 'guest')
  guest.join()
  await room.coordinator.loadModel(served.source)
  let pieces = 0
  const broken = room.coordinator.infer(request, () => {
    if (++pieces === 2) guest.port.onFailed?.({ code: 'bad-input', message: 'The context holds 8 positions.' })
  })
  await expect(broken).rejects.toMatchObject({ code: 'bad-input' })
  expect(room.coordinator.state.kind).toBe('recovering')
  await tellsItsStory(room)
  expect(room.coordinator.plan?.deviceIds).toEqual(['device-0'])
})

test('a device that joins during an answer takes part in the next one', async () => {
  const room = roomOf()
  await room.coordinator.loadModel(served.source)
  const guest = guestOf(room, 'guest')
  let pieces = 0
  const { text } = await room.coordinator.infer(request, () => {
    if (++pieces === 2) guest.join()
  })
  expect(text?.startsWith(story)).toBe(true)
  await reaches(room, 'ready', ['device-0', 'guest'])
  await tellsItsStory(room)
})
