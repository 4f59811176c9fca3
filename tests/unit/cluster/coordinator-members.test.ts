import { expect, test } from 'vitest'
import { HeadroomError } from '../../../src/base/errors.ts'
import { guestOf, reaches, request, roomOf, served, silent, story, tellsItsStory } from './story-room.ts'

type Room = ReturnType<typeof roomOf>

/** The model loads on the leader and on these guests alone, and they answer rightly. */
async function loadsOn(room: Room, ...guests: string[]) {
  const { deviceIds } = await room.coordinator.loadModel(served.source)
  expect(deviceIds).toEqual(['device-0', ...guests])
  await tellsItsStory(room)
}

/** The next answer is right, and made by the leader and these guests. */
async function answersOn(room: Room, ...guests: string[]) {
  await tellsItsStory(room)
  expect(room.coordinator.plan?.deviceIds).toEqual(['device-0', ...guests])
}

/** Two guests who have joined. */
function joined(room: Room, ...ids: [first: string, second: string]) {
  const guests = [guestOf(room, ids[0], { name: 'Pixel 9' }), guestOf(room, ids[1])] as const
  for (const guest of guests) guest.join()
  return guests
}

/** A room whose model runs on the leader and one guest. */
async function roomWithGuest() {
  const room = roomOf()
  const guest = guestOf(room, 'guest')
  guest.join()
  await room.coordinator.loadModel(served.source)
  return { room, guest }
}

/** Acts when so many pieces of an answer have come. */
function atPiece(count: number, act: () => void) {
  let pieces = 0
  return () => {
    if (++pieces === count) act()
  }
}

/** What the leader does instead when it starts next; `start` is what it would have done. */
function whenLeaderStarts(room: Room, act: (start: () => Promise<void>) => Promise<void>) {
  const [leader] = room.engines
  const start = leader!.start
  leader!.start = (...order) => {
    leader!.start = start
    return act(() => start(...order))
  }
}

test('a member that cannot load is left out, and the rest is planned anew', async () => {
  const room = roomOf()
  const [broken] = joined(room, 'broken', 'sound')
  broken.port.load = () => Promise.reject(new HeadroomError('download-failed', 'The mirror does not answer.'))
  await loadsOn(room, 'sound')
  expect(room.coordinator.status('broken').error).toMatchObject({ code: 'download-failed' })
})

test('a member that cannot start is left out too', async () => {
  const room = roomOf()
  const broken = guestOf(room, 'broken')
  broken.port.start = () => Promise.reject(new HeadroomError('peer-lost', 'It did not start within 10 s.'))
  broken.join()
  await loadsOn(room)
})

test('a member lost in the middle of an answer ends it; requests already waiting are answered by the rest', async () => {
  const room = roomOf()
  const [leaving] = joined(room, 'leaving', 'staying')
  await room.coordinator.loadModel(served.source)
  const broken = room.coordinator.infer(
    request,
    atPiece(3, () => leaving.leave()),
  )
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
  joined(room, 'paused', 'staying')
  await room.coordinator.loadModel(served.source)
  const answer = await room.coordinator.infer(
    request,
    atPiece(3, () => room.coordinator.setPaused('paused', true)),
  )
  expect(answer.text?.startsWith(story)).toBe(true)
  await answersOn(room, 'staying')
  room.coordinator.setPaused('paused', false)
  await answersOn(room, 'paused', 'staying')
})

test('a member lost between answers costs no answer', async () => {
  const { room, guest } = await roomWithGuest()
  await answersOn(room, 'guest')
  guest.leave()
  expect(room.coordinator.state.kind).toBe('recovering')
  await answersOn(room)
})

test.each(['load', 'start'] as const)('a member that leaves while it is to %s is planned without', async (order) => {
  const room = roomOf()
  const [leaving] = joined(room, 'leaving', 'staying')
  const leave = (): Promise<never> => {
    leaving.leave()
    return Promise.reject(new HeadroomError('peer-lost', 'It left.'))
  }
  Object.assign(leaving.port, { [order]: leave })
  await loadsOn(room, 'staying')
})

test.each(['before', 'after'] as const)(
  'a member that leaves just %s the leader starts is planned without',
  async (when) => {
    const room = roomOf()
    const guest = guestOf(room, 'guest')
    guest.join()
    whenLeaderStarts(room, async (start) => {
      if (when === 'before') guest.leave()
      try {
        await start()
      } finally {
        if (when === 'after') guest.leave()
      }
    })
    await loadsOn(room)
  },
)

test('a member that fails while the leader starts is planned without', async () => {
  const room = roomOf()
  const guest = guestOf(room, 'guest')
  guest.join()
  whenLeaderStarts(room, (start) => {
    guest.port.onFailed?.({ code: 'device-lost', message: 'The GPU is gone.' })
    return start()
  })
  await loadsOn(room)
})

test('a member that fails in the middle of an answer with a code of its own is planned without', async () => {
  const { room, guest } = await roomWithGuest()
  const broken = room.coordinator.infer(
    request,
    atPiece(2, () => guest.port.onFailed?.({ code: 'bad-input', message: 'The context holds 8 positions.' })),
  )
  await expect(broken).rejects.toMatchObject({ code: 'bad-input' })
  expect(room.coordinator.state.kind).toBe('recovering')
  await answersOn(room)
})

test('a device that joins during an answer takes part in the next one', async () => {
  const room = roomOf()
  await room.coordinator.loadModel(served.source)
  const guest = guestOf(room, 'guest')
  const { text } = await room.coordinator.infer(
    request,
    atPiece(2, () => guest.join()),
  )
  expect(text?.startsWith(story)).toBe(true)
  await reaches(room, 'ready', ['device-0', 'guest'])
  await tellsItsStory(room)
})
