// What a room says of itself to whoever holds its link and has not entered: asked of the server, opened with the link's secret.
import { HeadroomError, toErrorData } from '../base/errors.ts'
import { createRoomSeal } from './room-seal.ts'
import { parseSignAnswer, signsPath } from './signaling-protocol.ts'

/** null where the room shows none, or none that a holder of its link sealed. Throws `signaling-down`, `bad-message`, `bad-link`. */
export async function askSign(serverUrl: string, secret: string): Promise<unknown> {
  const { roomId, openSign } = await createRoomSeal(secret)
  const url = new URL(`${signsPath}${roomId}`, serverUrl)
  const response = await fetch(url, { cache: 'no-store' }).catch((cause: unknown) => {
    const message = `The server at ${url.host} does not answer (${toErrorData(cause).message}).`
    throw new HeadroomError('signaling-down', message, { cause })
  })
  if (response.status === 404) return null
  const { seal } = parseSignAnswer(await response.text())
  return seal === null ? null : openSign(seal)
}
