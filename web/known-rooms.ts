// Rooms that this device was a guest of and that may still be there: the fragments of their links, kept in this browser alone.
import * as v from 'valibot'

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
  try {
    const result = v.safeParse(v.array(KnownRoom), JSON.parse(storage.getItem(storageKey) ?? '[]'))
    return result.success ? result.output : []
  } catch (error) {
    console.warn('The list of rooms is not JSON and is left out.', error)
    return []
  }
}

/** Another visit moves a room to the front; the oldest beyond five is forgotten. */
export function rememberRoom(storage: Storage, room: KnownRoom): void {
  const others = knownRooms(storage).filter(({ hash }) => hash !== room.hash)
  keep(storage, [room, ...others].slice(0, mostRooms))
}

export function forgetRoom(storage: Storage, forgotten: string): void {
  keep(
    storage,
    knownRooms(storage).filter(({ hash }) => hash !== forgotten),
  )
}

function keep(storage: Storage, rooms: readonly KnownRoom[]): void {
  try {
    storage.setItem(storageKey, JSON.stringify(rooms))
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    console.info('This browser keeps nothing for the page, so it does not know its rooms again.', error)
  }
}
