// A load that waits: on the leader, on members, and what the room does meanwhile.
import { expect, test } from 'vitest'
import { createGate } from '../../../src/weights/gate.ts'
import { inOrder } from '../../../src/weights/in-order.ts'
import { buildKernels } from '../../../tools/build-kernels.ts'
import { guestOf, reaches, roomOf, served, tellsItsStory } from './story-room.ts'

const soon = () => new Promise((resolve) => setTimeout(resolve, 300))

/** What is on its way may still come. */
async function standsStill(figure: () => number): Promise<void> {
  let before: number
  do {
    before = figure()
    await soon()
  } while (figure() !== before)
}

test('behind a closed gate nothing begins, what has begun is given out, and opening it goes on from there', async () => {
  const gate = createGate()
  const begun: number[] = []
  const got: number[] = []
  const items = Array.from({ length: 20 }, (_, index) => index)
  const run = async (item: number) => {
    begun.push(item)
    await new Promise((resolve) => setTimeout(resolve, 5))
    return item
  }
  const reading = (async () => {
    for await (const item of inOrder(items, 4, run, undefined, gate)) {
      got.push(item)
      if (item === 5) gate.setClosed(true)
    }
  })()
  await soon()
  expect(got).toEqual(begun)
  expect(got.length).toBeLessThan(12)
  gate.setClosed(false)
  await reading
  expect(begun).toEqual(items)
  expect(got).toEqual(items)
})

test('a wait behind a closed gate is aborted', async () => {
  const gate = createGate()
  gate.setClosed(true)
  const stop = new AbortController()
  const reading = inOrder([1], 1, async (item) => item, stop.signal, gate).next()
  stop.abort()
  await expect(reading).rejects.toMatchObject({ code: 'aborted' })
})

test('a held load waits on every device, goes on when it may, and costs not a byte more than one that never waited', async () => {
  const bytesOf = async (hold: boolean) => {
    const room = roomOf()
    guestOf(room, 'guest').join()
    const before = served.sentBytes()
    const load = room.coordinator.loadModel(served.source)
    if (hold) {
      await new Promise<void>((resolve) => {
        const stop = room.coordinator.on('change', () => {
          if (!room.coordinator.plan) return
          stop()
          resolve()
        })
      })
      room.coordinator.holdLoad(true)
      expect(room.coordinator.state).toMatchObject({ kind: 'loading', paused: true })
      await standsStill(served.sentBytes)
      expect(room.coordinator.state).toMatchObject({ kind: 'loading', paused: true })
      room.coordinator.holdLoad(false)
      expect(room.coordinator.state).not.toHaveProperty('paused')
    }
    await load
    await tellsItsStory(room)
    return served.sentBytes() - before
  }
  expect(await bytesOf(true)).toBe(await bytesOf(false))
})

test('a held load is cancelled, and the next one is not held', async () => {
  const room = roomOf()
  const load = room.coordinator.loadModel(served.source)
  await reaches(room, 'loading')
  room.coordinator.holdLoad(true)
  room.coordinator.cancelLoad()
  await expect(load).rejects.toMatchObject({ code: 'aborted' })
  await room.coordinator.loadModel(served.source)
  await tellsItsStory(room)
})

test('a device that is left out while it loads holds nobody up, and takes part in the next load', async () => {
  const room = roomOf()
  const guest = guestOf(room, 'guest')
  const { load } = guest.port
  guest.port.load = (request, onProgress) => {
    room.coordinator.leaveOut('guest')
    return load(request, onProgress)
  }
  guest.join()
  guestOf(room, 'other').join()
  expect((await room.coordinator.loadModel(served.source)).deviceIds).toEqual(['device-0', 'other'])
  expect(room.coordinator.status('guest').error).toMatchObject({ code: 'aborted' })
  await tellsItsStory(room)
  guest.port.load = load
  expect((await room.coordinator.loadModel(served.source)).deviceIds).toEqual(['device-0', 'guest', 'other'])
  await tellsItsStory(room)
})

test('a model is loaded in other weights than the room was made with, once', async () => {
  await buildKernels()
  const room = roomOf({ executor: 'wasm' })
  const bytes = async (weights?: 'int8') =>
    (await room.coordinator.loadModel(served.source, null, weights)).weightBytes[0]!
  const [whole, small, again] = [await bytes(), await bytes('int8'), await bytes()]
  expect(small).toBeLessThan(whole / 2)
  expect(again).toBe(whole)
})
