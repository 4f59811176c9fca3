import { describe, expect, test } from 'vitest'
import { fromBase64Url, toBase64Url } from '../../../src/net/base64url.ts'
import type { PeerLink } from '../../../src/net/peer-link.ts'
import { createRoomSecret } from '../../../src/net/room-link.ts'
import { readEnvelope } from '../../../src/net/room-seal.ts'
import { seededRandom } from '../../support/random.ts'
import { type Delivery, InPageServer } from './in-page-server.ts'
import { expectTalk, join, linked, once, sleep } from './joined-rooms.ts'

describe('an evil server', () => {
  const random = seededRandom(11)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T

  function altered({ from, to, seal }: Delivery): Delivery {
    const bytes = fromBase64Url(seal) ?? new Uint8Array(1)
    const index = Math.floor(random() * bytes.length)
    bytes[index] = bytes[index]! ^ (1 << Math.floor(random() * 8))
    return { from, to, seal: toBase64Url(bytes) }
  }

  const injected = ({ from, to }: Delivery): Delivery[] => [
    { from, to, seal: 'AQAA' },
    { from, to, seal: toBase64Url(Uint8Array.from({ length: 300 }, (_, index) => (index === 0 ? 2 : random() * 256))) },
    { from, to, seal: '' },
  ]

  async function honestPair(server: InPageServer, secret: string, connectTimeoutMs = 20_000) {
    const leader = await join({
      transport: server.transport(),
      secret,
      role: 'leader',
      deviceId: 'leader',
      connectTimeoutMs,
    })
    const guest = await join({
      transport: server.transport(),
      secret,
      role: 'guest',
      deviceId: 'guest',
      connectTimeoutMs,
    })
    return { leader, guest }
  }

  /** A room that was: its secret, and every message that its server saw. */
  async function yesterday() {
    const server = new InPageServer()
    const secret = createRoomSecret()
    const { leader, guest } = await honestPair(server, secret)
    await Promise.all([linked(leader), linked(guest)])
    leader.close()
    guest.close()
    return { secret, recorded: server.recorded }
  }

  const tricks: [string, (server: InPageServer) => (message: Delivery) => Delivery[]][] = [
    ['adds altered copies', () => (message) => [altered(message), message, altered(message)]],
    ['injects messages of its own', () => (message) => [...injected(message), message]],
    [
      'replays every message at once and later',
      (server) => (message) => [message, message, pick(server.recorded), pick(server.recorded)],
    ],
    [
      'reflects every message to its sender',
      () => (message) => [{ from: message.to, to: message.from, seal: message.seal }, message],
    ],
  ]

  test.each(tricks)('that %s changes nothing: one link each, between the honest two', async (_, trick) => {
    const server = new InPageServer()
    server.relay = trick(server)
    const { leader, guest } = await honestPair(server, createRoomSecret())
    const links: string[] = []
    leader.events.on('peer', ({ peerId }) => links.push(peerId))
    guest.events.on('peer', ({ peerId }) => links.push(peerId))
    const [one, other] = await Promise.all([linked(leader), linked(guest)])
    await expectTalk(one, other)
    await sleep(200)
    expect(links.sort()).toEqual(['guest', 'leader'])
    expect([leader.peers.length, guest.peers.length]).toEqual([1, 1])
    expect(leader.ignoredMessages + guest.ignoredMessages).toBeGreaterThan(0)
  })

  test('that reorders messages keeps nobody apart', async () => {
    const server = new InPageServer()
    let held: Delivery[] = []
    server.relay = (message) => {
      held.push(message)
      if (held.length === 1)
        setTimeout(() => {
          for (const late of held.reverse()) server.deliver(late)
          held = []
        }, 60)
      return []
    }
    const { leader, guest } = await honestPair(server, createRoomSecret())
    await expectTalk(...((await Promise.all([linked(leader), linked(guest)])) as [PeerLink, PeerLink]))
  })

  test('that alters every message yields no connection, only time-outs with words', async () => {
    const server = new InPageServer()
    server.relay = (message) => [altered(message), altered(message)]
    const { leader, guest } = await honestPair(server, createRoomSecret(), 700)
    expect(await once(guest, 'error')).toMatchObject({ code: 'peer-unreachable' })
    expect([...leader.peers, ...guest.peers]).toEqual([])
    expect(leader.ignoredMessages).toBeGreaterThan(0)
  })

  test('that drops offers and answers yields a time-out that names the isolation of the network', async () => {
    const server = new InPageServer()
    let passed = 0
    // The hello, the welcome and the ready pass: the two know each other and cannot connect.
    server.relay = (message) => (passed++ < 3 ? [message] : [])
    const { leader, guest } = await honestPair(server, createRoomSecret(), 2000)
    expect(await once(guest, 'error')).toMatchObject({
      code: 'peer-unreachable',
      message: expect.stringMatching(/isolates its devices/),
    })
    expect(leader.peers).toEqual([])
  })

  test('that drops everything yields a time-out with words', async () => {
    const server = new InPageServer()
    server.relay = () => []
    const { guest } = await honestPair(server, createRoomSecret(), 500)
    expect(await once(guest, 'error')).toMatchObject({ message: expect.stringMatching(/No leader answered/) })
  })

  test('that replays all of yesterday to a lone leader and a lone guest brings nobody in', async () => {
    const { secret, recorded } = await yesterday()
    for (const role of ['leader', 'guest'] as const) {
      const today = new InPageServer()
      today.transport().open('')
      const transport = today.transport()
      const offers: string[] = []
      const lone = await join({
        transport,
        secret,
        role,
        deviceId: 'lone',
        connectTimeoutMs: 600,
        onChannel: (use) => offers.push(use),
      })
      await sleep(50)
      for (let round = 0; round < 2; round++) {
        for (const { seal } of recorded) today.deliver({ from: 'member77', to: transport.memberId, seal })
        await sleep(300)
      }
      expect(offers).toEqual([])
      expect(lone.peers).toEqual([])
      // The replayed hello was heard and answered; nobody could go on from there.
      const answered = () => today.recorded.map(({ seal }) => readEnvelope(seal)?.kind)
      if (role === 'leader') await expect.poll(answered).toContain('letter')
    }
  })

  test('that rewrites the nonces on yesterday’s letters to today’s brings nobody in', async () => {
    const { secret, recorded } = await yesterday()
    const today = new InPageServer()
    today.transport().open('')
    const transport = today.transport()
    let channelCount = 0
    const onChannel = () => {
      channelCount++
    }
    const leader = await join({ transport, secret, role: 'leader', deviceId: 'lone', onChannel })
    await sleep(50)
    for (const { seal } of recorded) today.deliver({ from: 'member77', to: transport.memberId, seal })
    const welcomes = () => today.recorded.map(({ seal }) => fromBase64Url(seal)).filter((bytes) => bytes?.[0] === 2)
    await expect.poll(welcomes).toHaveLength(1)
    const nonces = welcomes()[0]!.slice(1, 33)
    for (const { from, seal } of recorded) {
      const bytes = fromBase64Url(seal)!
      if (bytes[0] !== 2 || from !== 'member2') continue
      bytes.set(nonces.slice(16), 1)
      bytes.set(nonces.slice(0, 16), 17)
      today.deliver({ from: 'member77', to: transport.memberId, seal: toBase64Url(bytes) })
    }
    const ignoredBefore = leader.ignoredMessages
    await expect.poll(() => leader.ignoredMessages - ignoredBefore).toBeGreaterThan(2)
    await sleep(200)
    expect(channelCount).toBe(0)
  })

  test('that redirects one guest’s messages to another cannot make them link', async () => {
    const server = new InPageServer()
    const secret = createRoomSecret()
    const leader = await join({ transport: server.transport(), secret, role: 'leader', deviceId: 'leader' })
    const first = await join({ transport: server.transport(), secret, role: 'guest', deviceId: 'first' })
    const second = await join({ transport: server.transport(), secret, role: 'guest', deviceId: 'second' })
    server.relay = (message) => ['member1', 'member2', 'member3'].map((to) => ({ ...message, to }))
    const links = await Promise.all([linked(first), linked(second)])
    expect(links.map(({ peerId }) => peerId)).toEqual(['leader', 'leader'])
    while (leader.peers.length < 2) await once(leader, 'peer')
    expect(leader.peers.map(({ peerId }) => peerId).sort()).toEqual(['first', 'second'])
  })
})
