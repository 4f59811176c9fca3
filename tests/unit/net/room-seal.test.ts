import { beforeAll, describe, expect, test } from 'vitest'
import { fromBase64Url, toBase64Url } from '../../../src/net/base64url.ts'
import { createRoomSecret } from '../../../src/net/room-link.ts'
import {
  type Correspondence,
  createNonce,
  createRoomSeal,
  type Hello,
  type RoomSeal,
  readEnvelope,
} from '../../../src/net/room-seal.ts'

const secret = createRoomSecret()
let room: RoomSeal
let ann: Correspondence
let bob: Correspondence

beforeAll(async () => {
  room = await createRoomSeal(secret)
  const [annNonce, bobNonce] = [createNonce(), createNonce()]
  ann = await room.correspondence(annNonce, bobNonce)
  bob = await room.correspondence(bobNonce, annNonce)
})

function flipBit(seal: string, bit: number): string {
  const bytes = fromBase64Url(seal) ?? new Uint8Array(0)
  bytes[bit >> 3] = bytes[bit >> 3]! ^ (1 << (bit & 7))
  return toBase64Url(bytes)
}

describe('a letter', () => {
  test('opens for whom it was sealed, once', async () => {
    const seal = await ann.seal({ kind: 'signal', sdp: 'v=0' })
    expect(await bob.open(seal)).toEqual({ kind: 'signal', sdp: 'v=0' })
    expect(await bob.open(seal)).toBeNull()
  })

  test('opens once even when its copies are opened at the same time', async () => {
    const seal = await ann.seal(1)
    expect((await Promise.all([bob.open(seal), bob.open(seal)])).filter((opened) => opened !== null)).toEqual([1])
  })

  test('opens in any order', async () => {
    const seals = await Promise.all([1, 2, 3].map((number) => ann.seal(number)))
    expect(await bob.open(seals[2]!)).toBe(3)
    expect(await bob.open(seals[0]!)).toBe(1)
    expect(await bob.open(seals[1]!)).toBe(2)
  })

  test('with any one bit changed does not open, and the true one still does', async () => {
    const seal = await ann.seal('x')
    const bitCount = (fromBase64Url(seal)?.length ?? 0) * 8
    for (let bit = 0; bit < bitCount; bit++) expect(await bob.open(flipBit(seal, bit))).toBeNull()
    expect(await bob.open(seal)).toBe('x')
  })

  test('does not open for its sender: a reflection', async () => {
    expect(await ann.open(await ann.seal('x'))).toBeNull()
  })

  test('does not open in another attempt of the same two, whichever side is new', async () => {
    const seal = await ann.seal('x')
    expect(await (await room.correspondence(createNonce(), ann.ownNonce)).open(seal)).toBeNull()
    expect(await (await room.correspondence(bob.ownNonce, createNonce())).open(seal)).toBeNull()
  })

  test('does not open in another room, under the same nonces', async () => {
    const other = await createRoomSeal(createRoomSecret())
    expect(await (await other.correspondence(bob.ownNonce, ann.ownNonce)).open(await ann.seal('x'))).toBeNull()
  })

  test('shows its nonces and nothing of its text', async () => {
    const seal = await ann.seal('fingerprint')
    expect(readEnvelope(seal)).toEqual({ kind: 'letter', fromNonce: ann.ownNonce, toNonce: bob.ownNonce })
    expect(new TextDecoder().decode(fromBase64Url(seal) ?? new Uint8Array(0))).not.toContain('fingerprint')
  })

  test.each(['', 'A', 'AgAA', '!!!!', toBase64Url(new Uint8Array(500).fill(2))])(
    'that is garbage (%s) is null',
    async (seal) => {
      expect(await bob.open(seal)).toBeNull()
      expect(await room.openHello(seal)).toBeNull()
    },
  )
})

test('a sign opens for whoever holds the link, is sealed anew each time, and is no hello; changed or of another room it is null', async () => {
  const sign = { startedBy: 'Laptop' }
  const seal = await room.sealSign(sign)
  expect(await (await createRoomSeal(secret)).openSign(seal)).toEqual(sign)
  expect(await room.sealSign(sign)).not.toBe(seal)
  expect(await (await createRoomSeal(createRoomSecret())).openSign(seal)).toBeNull()
  expect(await room.openHello(seal)).toBeNull()
  expect(
    await room.openSign(await room.sealHello({ deviceId: 'phone', role: 'guest', nonce: createNonce() })),
  ).toBeNull()
  expect(readEnvelope(seal)).toBeNull()
  const bitCount = (fromBase64Url(seal)?.length ?? 0) * 8
  for (let bit = 0; bit < bitCount; bit++) expect(await room.openSign(flipBit(seal, bit))).toBeNull()
  for (const garbage of ['', 'A', 'AwAA', '!!!!']) expect(await room.openSign(garbage)).toBeNull()
})

describe('a hello', () => {
  const hello = (): Hello => ({ deviceId: 'phone', role: 'guest', nonce: createNonce() })

  test('opens for every member and no stranger', async () => {
    const given = hello()
    const seal = await room.sealHello(given)
    expect(await (await createRoomSeal(secret)).openHello(seal)).toEqual(given)
    expect(await (await createRoomSeal(createRoomSecret())).openHello(seal)).toBeNull()
    expect(readEnvelope(seal)).toEqual({ kind: 'hello' })
  })

  test('with any one bit changed does not open', async () => {
    const seal = await room.sealHello(hello())
    const bitCount = (fromBase64Url(seal)?.length ?? 0) * 8
    for (let bit = 0; bit < bitCount; bit++) expect(await room.openHello(flipBit(seal, bit))).toBeNull()
  })

  test('is sealed anew each time', async () => {
    const given = hello()
    expect(await room.sealHello(given)).not.toBe(await room.sealHello(given))
  })
})
