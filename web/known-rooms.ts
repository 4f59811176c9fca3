// Rooms that this device was a guest of and that may still be there: the fragments of their links, kept in this browser alone.
import * as v from 'valibot'
import { keepItem, keptItem } from './kept-item.ts'

const KnownRoom = v.object({
  /** As in the address: `#/room/<secret>`. */
  hash: v.pipe(v.string(), v.regex(/^#\/room\/[\w-]{22}$/)),
  joinedAtMs: v.number(),
})

export type KnownRoom = Readonly<v.InferOutput<typeof KnownRoom>>

const storageKey = 'headroom.rooms'
const mostRooms = 5

/** Newest first. Anything unreadable is no room. */
export function knownRooms(storage: Storage): KnownRoom[] {
  return keptItem(storage, storageKey, v.array(KnownRoom)) ?? []
}

/** Another visit moves a room to the front; the oldest beyond five is forgotten. */
export function rememberRoom(storage: Storage, room: KnownRoom): void {
  const others = knownRooms(storage).filter(({ hash }) => hash !== room.hash)
  keepItem(storage, storageKey, [room, ...others].slice(0, mostRooms))
}

export function forgetRoom(storage: Storage, forgotten: string): void {
  keepItem(
    storage,
    storageKey,
    knownRooms(storage).filter(({ hash }) => hash !== forgotten),
  )
}
