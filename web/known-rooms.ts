// Rooms that this device was in, kept in this browser alone: as a guest, which may still be there, and those that it led, which ended with
// their tab and can be had again with the same model.
import * as v from 'valibot'
import type { RoomView } from '../src/index.ts'
import { keepItem, keptItem } from './kept-item.ts'

const KnownRoom = v.object({
  /** As in the address: `#/room/<secret>`. */
  hash: v.pipe(v.string(), v.regex(/^#\/room\/[\w-]{22}$/)),
  joinedAtMs: v.number(),
  /** The leader's device; not known before it has answered. */
  startedBy: v.exactOptional(v.pipe(v.string(), v.maxLength(80))),
  /** As it was asked for; a guest knows its id. */
  model: v.exactOptional(v.pipe(v.string(), v.maxLength(2_000))),
  /** Did this device start it? */
  led: v.exactOptional(v.literal(true)),
})

export type KnownRoom = Readonly<v.InferOutput<typeof KnownRoom>>

const storageKey = 'headroom.rooms'
const mostRooms = 5

/** Newest first. Anything unreadable is no room. */
export function knownRooms(storage: Storage): KnownRoom[] {
  return keptItem(storage, storageKey, v.array(KnownRoom)) ?? []
}

/** What is to be remembered of the room that this device is in; null: nothing that would be of use later. */
export function knownRoomOf(view: RoomView, joinedAtMs: number, wanted: string | null): KnownRoom | null {
  if (view.role === null || view.link === null) return null
  const room = { hash: new URL(view.link).hash, joinedAtMs }
  if (view.role === 'leader') return view.model && wanted !== null ? { ...room, model: wanted, led: true } : null
  const startedBy = view.devices.find(({ isLeader }) => isLeader)?.name ?? null
  const model = 'modelId' in view.state ? view.state.modelId : null
  return { ...room, ...(startedBy !== null && { startedBy }), ...(model !== null && { model }) }
}

/** Another visit moves a room to the front; the oldest beyond five is forgotten, and of those led from here all but the last with a model. */
export function rememberRoom(storage: Storage, room: KnownRoom): void {
  const known = knownRooms(storage)
  const before = known.find(({ hash }) => hash === room.hash)
  const isAsGood = ({ hash, led, model }: KnownRoom) => hash === room.hash || (led && room.led && model === room.model)
  const others = known.filter((other) => !isAsGood(other))
  keepItem(storage, storageKey, [{ ...before, ...room }, ...others].slice(0, mostRooms))
}

export function forgetRoom(storage: Storage, forgotten: string): void {
  keepItem(
    storage,
    storageKey,
    knownRooms(storage).filter(({ hash }) => hash !== forgotten),
  )
}
