// Rooms that a test joins, talks over and leaves behind; all are closed after each test.
import { afterEach, expect } from 'vitest'
import type { HeadroomError } from '../../../src/base/errors.ts'
import type { PeerLink } from '../../../src/net/peer-link.ts'
import { joinRoom, type Room, type RoomOptions } from '../../../src/net/room.ts'

const rooms: Room[] = []
afterEach(() => {
  for (const room of rooms.splice(0)) room.close()
})

type Given = Partial<RoomOptions> & Pick<RoomOptions, 'transport' | 'secret' | 'role' | 'deviceId'>

export async function join(given: Given): Promise<Room & { errors: HeadroomError[] }> {
  const room = await joinRoom({ onChannel: () => undefined, ...given })
  rooms.push(room)
  const errors: HeadroomError[] = []
  room.events.on('error', (error) => errors.push(error))
  return Object.assign(room, { errors })
}

export function once<Name extends 'peer' | 'peer-lost' | 'error' | 'state'>(room: Room, name: Name) {
  return new Promise<Parameters<Parameters<typeof room.events.on<Name>>[1]>[0]>((resolve) => {
    const off = room.events.on(name, (value) => {
      off()
      resolve(value)
    })
  })
}

export async function linked(room: Room): Promise<PeerLink> {
  return room.peers[0] ?? (await once(room, 'peer'))
}

export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Both directions work: the connection is between these two. */
export async function expectTalk(one: PeerLink, other: PeerLink): Promise<void> {
  const heard = [one, other].map((link) => new Promise((resolve) => link.events.on('message', resolve)))
  const note = crypto.randomUUID()
  one.send({ note, from: 'one' })
  other.send({ note, from: 'other' })
  expect(await Promise.all(heard)).toEqual([
    { note, from: 'other' },
    { note, from: 'one' },
  ])
}
