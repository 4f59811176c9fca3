// A guest whose browser has no data channels: everything between it and the leader goes through the server.
import { describe, expect, test, vi } from 'vitest'
import { fromBase64Url } from '../../../src/net/base64url.ts'
import { createRoomSecret } from '../../../src/net/room-link.ts'
import { InPageServer } from './in-page-server.ts'
import { expectTalk, join, linked, once } from './joined-rooms.ts'

async function withoutDataChannels<Result>(run: () => Promise<Result>): Promise<Result> {
  for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection']) {
    vi.stubGlobal(name, undefined)
    Reflect.deleteProperty(globalThis, name)
  }
  try {
    return await run()
  } finally {
    vi.unstubAllGlobals()
  }
}

async function relayedRoom() {
  const server = new InPageServer()
  const secret = createRoomSecret()
  const onChannel = vi.fn()
  const leader = await join({ transport: server.transport(), secret, role: 'leader', deviceId: 'leader', onChannel })
  const joinGuest = () =>
    withoutDataChannels(() =>
      join({ transport: server.transport(), secret, role: 'guest', deviceId: 'guest', onChannel }),
    )
  const guest = await joinGuest()
  const [atLeader, atGuest] = await Promise.all([linked(leader), linked(guest)])
  return { server, secret, leader, guest, joinGuest, atLeader, atGuest, onChannel }
}

describe('a guest without data channels', () => {
  test('is linked with the leader, beside a guest that has them, and no lane is opened for it', async () => {
    const { server, secret, leader, guest, atLeader, atGuest, onChannel } = await relayedRoom()
    expect([atLeader.relayed, atGuest.relayed]).toEqual([true, true])
    await expectTalk(atLeader, atGuest)
    expect(onChannel).not.toHaveBeenCalled()
    const other = await join({ transport: server.transport(), secret, role: 'guest', deviceId: 'other' })
    const toOther = await once(leader, 'peer')
    expect(toOther.relayed).toBe(false)
    await expectTalk(toOther, await linked(other))
    await expectTalk(atLeader, atGuest)
    expect([...leader.errors, ...guest.errors, ...other.errors]).toEqual([])
  })

  test('hears long messages whole and in order, and the server reads none of it', async () => {
    const { server, atLeader, atGuest } = await relayedRoom()
    const heard: unknown[] = []
    const all = new Promise<void>((resolve) => {
      atGuest.events.on('message', (message) => {
        heard.push(message)
        if (heard.length === 3) resolve()
      })
    })
    const long = { text: 'Once upon a time '.repeat(4000) }
    const sent = [{ text: 'first' }, long, { text: 'last' }]
    for (const message of sent) atLeader.send(message)
    await all
    expect(heard).toEqual(sent)
    const passed = server.recorded.map(({ seal }) => new TextDecoder().decode(fromBase64Url(seal) ?? new Uint8Array()))
    expect(passed.join('\n')).not.toMatch(/Once|frames|taken/)
  })

  test('measures the round trip', async () => {
    const { atLeader, atGuest } = await relayedRoom()
    for (const link of [atLeader, atGuest]) await expect.poll(() => link.rttMs).toBeGreaterThan(0)
  })

  test('is lost when the server carries nothing more, and found again when it does', async () => {
    const { server, leader, guest } = await relayedRoom()
    const lost = Promise.all([once(leader, 'peer-lost'), once(guest, 'peer-lost')])
    server.relay = () => []
    for (const { error } of await lost) expect(error.message).toMatch(/fell silent/)
    server.relay = (message) => [message]
    await expectTalk(await linked(leader), await linked(guest))
  })

  test('is refused nothing by letters that are said twice', async () => {
    const { server, leader, guest, atLeader, atGuest } = await relayedRoom()
    server.relay = (message) => [message, message]
    await expectTalk(atLeader, atGuest)
    await expectTalk(atLeader, atGuest)
    expect([...leader.errors, ...guest.errors]).toEqual([])
  })

  test('takes leave, and comes back', async () => {
    const { leader, guest, joinGuest, atLeader } = await relayedRoom()
    const lost = once(leader, 'peer-lost')
    guest.close()
    expect((await lost).link).toBe(atLeader)
    const again = await joinGuest()
    await expectTalk(await linked(leader), await linked(again))
  })
})

test('a leader without data channels keeps its room when somebody comes whom it cannot answer', async () => {
  const server = new InPageServer()
  const secret = createRoomSecret()
  const leader = await join({ transport: server.transport(), secret, role: 'leader', deviceId: 'leader' })
  const failed = once(leader, 'error')
  await join({ transport: server.transport(), secret, role: 'guest', deviceId: 'guest' })
  // Gone only now: the guest asks for no relay.
  expect((await withoutDataChannels(() => failed)).code).toBe('peer-unreachable')
  expect(leader.state).toBe('waiting')
})
