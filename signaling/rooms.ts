// Who is in which room: plain state, no sockets. A room exists while it has a member.
import { randomBytes } from 'node:crypto'
import type { RefusalReason } from '../src/net/signaling-protocol.ts'

export interface Rooms {
  /** The new member's id and the ids of those already there, oldest first; or why not. */
  join(room: string): { member: string; others: string[] } | { refused: RefusalReason; message: string }
  /** The others of the member's room, oldest first. Empty for an unknown member. */
  othersOf(member: string): string[]
  /** The room shows this sign until the member leaves, or another one puts up its own. */
  putSign(member: string, seal: string): void
  /** null: there is none. */
  signOf(room: string): string | null
  leave(member: string): void
  readonly roomCount: number
}

export function createRooms(limits: { rooms: number; membersPerRoom: number }): Rooms {
  const rooms = new Map<string, Set<string>>()
  const roomOfMember = new Map<string, string>()
  const signs = new Map<string, { member: string; seal: string }>()

  return {
    join(room) {
      const members = rooms.get(room) ?? new Set()
      if (members.size === 0 && rooms.size >= limits.rooms)
        return {
          refused: 'rooms-full',
          message: `This server has all its ${limits.rooms} rooms in use. Try again later.`,
        }
      if (members.size >= limits.membersPerRoom) {
        const message = `This room is full: it has ${members.size} of ${limits.membersPerRoom} devices. One has to leave first.`
        return { refused: 'room-full', message }
      }
      const member = randomBytes(16).toString('hex')
      const others = [...members]
      rooms.set(room, members.add(member))
      roomOfMember.set(member, room)
      return { member, others }
    },
    othersOf(member) {
      const members = rooms.get(roomOfMember.get(member) ?? '') ?? []
      return [...members].filter((other) => other !== member)
    },
    putSign(member, seal) {
      const room = roomOfMember.get(member)
      if (room !== undefined) signs.set(room, { member, seal })
    },
    signOf: (room) => signs.get(room)?.seal ?? null,
    leave(member) {
      const room = roomOfMember.get(member)
      if (room === undefined) return
      roomOfMember.delete(member)
      if (signs.get(room)?.member === member) signs.delete(room)
      rooms.get(room)?.delete(member)
      if (rooms.get(room)?.size === 0) rooms.delete(room)
    },
    get roomCount() {
      return rooms.size
    },
  }
}
