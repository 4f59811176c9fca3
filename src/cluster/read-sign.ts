// A room's sign as a page reads it: asked for when somebody opens a link, and not before.
import { askSign } from '../net/ask-sign.ts'
import { parseRoomSign, type RoomSign } from './room-sign.ts'

/** null where the room shows none that this page understands. Throws as `askSign`. */
export async function readSign(serverUrl: string, secret: string): Promise<RoomSign | null> {
  return parseRoomSign(await askSign(serverUrl, secret))
}
