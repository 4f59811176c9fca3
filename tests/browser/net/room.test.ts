import { describe, expect, test } from 'vitest'
import { createRoomSecret } from '../../../src/net/room-link.ts'
import { InPageServer } from './in-page-server.ts'
import { expectTalk, join, linked, once, sleep } from './joined-rooms.ts'

describe('a room', () => {
  test('links the leader with every guest, whoever comes first', async () => {
    const server = new InPageServer()
    const secret = createRoomSecret()
    const early = await join({ transport: server.transport(), secret, role: 'guest', deviceId: 'early' })
    await sleep(50)
    const leader = await join({ transport: server.transport(), secret, role: 'leader', deviceId: 'leader' })
    const toEarly = await linked(leader)
    const late = await join({ transport: server.transport(), secret, role: 'guest', deviceId: 'late' })
    const toLate = await once(leader, 'peer')
    expect([toEarly.peerId, toLate.peerId]).toEqual(['early', 'late'])
    await expectTalk(toEarly, await linked(early))
    await expectTalk(toLate, await linked(late))
    expect([early.peers.length, late.peers.length, leader.peers.length]).toEqual([1, 1, 2])
    expect([early.state, late.state, leader.state]).toEqual(['connected', 'connected', 'connected'])
    expect([...early.errors, ...late.errors, ...leader.errors]).toEqual([])
  })

  test('refuses a second leader with words and keeps its guests', async () => {
    const server = new InPageServer()
    const secret = createRoomSecret()
    const leader = await join({ transport: server.transport(), secret, role: 'leader', deviceId: 'leader' })
    const guest = await join({ transport: server.transport(), secret, role: 'guest', deviceId: 'guest' })
    await linked(guest)
    const second = await join({ transport: server.transport(), secret, role: 'leader', deviceId: 'second' })
    const error = await once(second, 'error')
    expect(error.message).toMatch(/has a leader already/)
    expect(second.state).toBe('closed')
    expect(guest.peers.map(({ peerId }) => peerId)).toEqual(['leader'])
    expect(leader.state).toBe('connected')
  })

  test('keeps its peers through an outage of signaling', async () => {
    const server = new InPageServer()
    const secret = createRoomSecret()
    const transports = [server.transport(), server.transport()] as const
    const leader = await join({ transport: transports[0], secret, role: 'leader', deviceId: 'leader' })
    const guest = await join({ transport: transports[1], secret, role: 'guest', deviceId: 'guest' })
    const [one, other] = await Promise.all([linked(leader), linked(guest)])
    for (const transport of transports) transport.reconnect()
    await sleep(200)
    await expectTalk(one, other)
    expect([leader.peers, guest.peers]).toEqual([[one], [other]])
  })

  test('tells the leader when a guest leaves, and takes it again when it comes back', async () => {
    const server = new InPageServer()
    const secret = createRoomSecret()
    const leader = await join({ transport: server.transport(), secret, role: 'leader', deviceId: 'leader' })
    const guest = await join({ transport: server.transport(), secret, role: 'guest', deviceId: 'guest' })
    await linked(leader)
    await linked(guest)
    guest.close()
    expect((await once(leader, 'peer-lost')).error).toMatchObject({ code: 'peer-lost', peerId: 'guest' })
    const again = await join({ transport: server.transport(), secret, role: 'guest', deviceId: 'guest' })
    await expectTalk(await linked(leader), await linked(again))
  })

  test('takes a device in no more that the leader removed', async () => {
    const server = new InPageServer()
    const secret = createRoomSecret()
    const leader = await join({ transport: server.transport(), secret, role: 'leader', deviceId: 'leader' })
    const guest = await join({ transport: server.transport(), secret, role: 'guest', deviceId: 'guest' })
    await Promise.all([linked(leader), linked(guest)])
    leader.remove('guest')
    expect(await once(guest, 'error')).toMatchObject({ code: 'room-ended' })
    expect(guest.state).toBe('closed')
    expect(leader.peers).toEqual([])
  })

  test('takes a banned device in no more that leaves before its link is closed', async () => {
    const server = new InPageServer()
    const secret = createRoomSecret()
    const leader = await join({ transport: server.transport(), secret, role: 'leader', deviceId: 'leader' })
    const guest = await join({ transport: server.transport(), secret, role: 'guest', deviceId: 'guest' })
    await Promise.all([linked(leader), linked(guest)])
    leader.ban('guest')
    expect(leader.peers).toHaveLength(1)
    guest.close()
    const again = await join({ transport: server.transport(), secret, role: 'guest', deviceId: 'guest' })
    expect(await once(again, 'error')).toMatchObject({ code: 'room-ended' })
  })

  test.each(['the first hello', 'the answer to it'])('forms although %s is lost on the way', async (lost) => {
    const server = new InPageServer()
    let passed = 0
    server.relay = (message) => (passed++ === (lost === 'the first hello' ? 0 : 1) ? [] : [message])
    const secret = createRoomSecret()
    const leader = await join({ transport: server.transport(), secret, role: 'leader', deviceId: 'leader' })
    const guest = await join({ transport: server.transport(), secret, role: 'guest', deviceId: 'guest' })
    await expectTalk(await linked(leader), await linked(guest))
    expect(guest.errors).toEqual([])
  })

  test('lets nobody in who has another secret, although the server puts all in one room', async () => {
    const server = new InPageServer()
    const leader = await join({
      transport: server.transport(),
      secret: createRoomSecret(),
      role: 'leader',
      deviceId: 'leader',
    })
    const stranger = await join({
      transport: server.transport(),
      secret: createRoomSecret(),
      role: 'guest',
      deviceId: 'stranger',
      connectTimeoutMs: 500,
    })
    expect(await once(stranger, 'error')).toMatchObject({
      code: 'peer-unreachable',
      message: expect.stringMatching(/No leader answered/),
    })
    expect([...leader.peers, ...stranger.peers]).toEqual([])
    expect(leader.ignoredMessages).toBeGreaterThan(0)
  })
})
