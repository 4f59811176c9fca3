import { connect as connectTcp } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createMessageBudget } from '../../../signaling/message-budget.ts'
import { parseSignAnswer, signsPath } from '../../../src/net/signaling-protocol.ts'
import { connect, joined, roomA, roomB, startServer } from './running-server.ts'

test('a member is told who is there, and the others that it came and went', async () => {
  const iceServers = [{ urls: 'stun:192.0.2.1' }]
  const { origin } = await startServer({ iceServers })
  const first = await joined(origin)
  const second = await joined(origin)

  expect(first.members).toEqual([])
  expect(first.iceServers).toEqual(iceServers)
  expect(second.members).toEqual([first.you])
  expect(second.you).not.toBe(first.you)
  expect(await first.next()).toEqual({ kind: 'member-joined', member: second.you })
  second.send({ kind: 'leave' })
  expect(await first.next()).toEqual({ kind: 'member-left', member: second.you })
  expect(await second.closed).toBe(1000)
})

test('a member whose connection breaks is gone for the others, and the last one takes the room with it', async () => {
  const { origin, server } = await startServer()
  const first = await joined(origin)
  const second = await joined(origin)
  await first.next()
  second.socket.terminate()
  expect(await first.next()).toEqual({ kind: 'member-left', member: second.you })
  expect(server.roomCount).toBe(1)
  first.send({ kind: 'leave' })
  await first.closed
  expect(server.roomCount).toBe(0)
})

test('a seal goes unchanged to the member it names, or to all others, and never to another room', async () => {
  const { origin } = await startServer()
  const first = await joined(origin)
  const second = await joined(origin)
  const third = await joined(origin)
  const stranger = await joined(origin, roomB)
  await first.next()
  await first.next()
  await second.next()

  first.send({ kind: 'send', to: third.you, seal: 'b25l' })
  first.send({ kind: 'send', seal: 'dHdv' })
  expect(await third.next()).toEqual({ kind: 'message', from: first.you, seal: 'b25l' })
  expect(await third.next()).toEqual({ kind: 'message', from: first.you, seal: 'dHdv' })
  expect(await second.next()).toEqual({ kind: 'message', from: first.you, seal: 'dHdv' })

  first.send({ kind: 'send', to: stranger.you, seal: 'b25l' })
  expect(await first.next()).toMatchObject({ kind: 'refused', reason: 'unknown-member', member: stranger.you })
  stranger.send({ kind: 'ping' })
  expect(await stranger.next()).toEqual({ kind: 'pong' })
  first.send({ kind: 'ping' })
  expect(await first.next()).toEqual({ kind: 'pong' })
})

async function signAt(origin: string, room = roomA): Promise<unknown> {
  const response = await fetch(`${origin}${signsPath}${room}`)
  expect(response.headers.get('cache-control')).toBe('no-cache')
  return parseSignAnswer(await response.text()).seal
}

test('a room shows the newest sign of a member to whoever knows the room, and takes it down when that member goes', async () => {
  const { origin } = await startServer()
  expect(await signAt(origin)).toBeNull()
  const first = await joined(origin)
  expect(first.signs).toBe(true)
  const second = await joined(origin)
  for (const seal of ['b25l', 'A'.repeat(1_024)]) first.send({ kind: 'sign', seal })
  first.send({ kind: 'ping' })
  for (let answer = await first.next(); answer.kind !== 'pong'; ) answer = await first.next()
  expect([await signAt(origin), await signAt(origin, roomB)]).toEqual(['A'.repeat(1_024), null])
  second.socket.terminate()
  await first.next()
  expect(await signAt(origin)).not.toBeNull()
  first.send({ kind: 'leave' })
  await first.closed
  expect(await signAt(origin)).toBeNull()
})

test('a sign over 1 KB, or before joining, is refused, and a room is asked for by its whole id', async () => {
  const { origin } = await startServer()
  const large = await joined(origin)
  large.send({ kind: 'sign', seal: 'A'.repeat(1_025) })
  expect(await large.next()).toMatchObject({ kind: 'refused', reason: 'bad-message' })
  const stranger = await connect(origin)
  stranger.send({ kind: 'sign', seal: 'b25l' })
  expect(await stranger.next()).toMatchObject({ kind: 'refused', reason: 'bad-message' })
  for (const room of ['', roomA.slice(1), `${roomA}/`, '..%2Fconfig.json'])
    expect((await fetch(`${origin}${signsPath}${room}`)).status).toBe(404)
})

test('the seventeenth device is told that the room is full, and one that leaves makes place', async () => {
  const { origin } = await startServer()
  const members = []
  for (let index = 0; index < 16; index++) members.push(await joined(origin))
  const late = await connect(origin)
  late.send({ kind: 'join', room: roomA })
  const refused = await late.next()
  expect(refused).toMatchObject({ kind: 'refused', reason: 'room-full' })
  expect(refused).toHaveProperty('message', expect.stringContaining('16 of 16'))
  expect(await late.closed).toBe(1008)

  members[3]!.send({ kind: 'leave' })
  await members[3]!.closed
  expect((await joined(origin)).members).toHaveLength(15)
})

test('a server with all its rooms or connections in use says so', async () => {
  const { origin } = await startServer({ limits: { rooms: 1, connections: 2 } })
  await joined(origin, roomA)
  const second = await connect(origin)
  second.send({ kind: 'join', room: roomB })
  expect(await second.next()).toMatchObject({ reason: 'rooms-full', message: expect.stringContaining('1 rooms') })
  await second.closed

  await joined(origin, roomA)
  const third = await connect(origin)
  expect(await third.next()).toMatchObject({ reason: 'rooms-full', message: expect.stringContaining('2 connections') })
})

test('a page that says nothing is refused as idle, before joining and after, unless it pings', async () => {
  const { origin } = await startServer({ limits: { joinTimeoutMs: 150, idleTimeoutMs: 400 } })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const silent = await connect(origin)
  const member = await joined(origin)
  const alive = await joined(origin)
  await member.next()
  const heard: unknown[] = []
  const pingAfter = async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms)
    alive.send({ kind: 'ping' })
    for (let message = await alive.next(); message.kind !== 'pong'; message = await alive.next()) heard.push(message)
  }
  await pingAfter(150)
  expect(await silent.next()).toMatchObject({ kind: 'refused', reason: 'idle' })
  await pingAfter(150)
  expect(member.socket.readyState).toBe(member.socket.OPEN)
  await pingAfter(150)
  expect(await member.next()).toMatchObject({ kind: 'refused', reason: 'idle' })
  expect(await member.closed).toBe(1008)
  for (let pings = 0; pings < 4; pings++) await pingAfter(300)
  expect(heard).toEqual([{ kind: 'member-left', member: member.you }])
  expect(alive.socket.readyState).toBe(alive.socket.OPEN)
})

test.each([
  ['text that is no JSON', 'garbage'],
  ['an unknown kind', '{"kind":"shutdown"}'],
  ['a room that is no hash', `{"kind":"join","room":"../etc"}`],
  ['an unknown field', `{"kind":"join","room":"${roomA}","you":"me"}`],
  ['a seal before joining', '{"kind":"send","seal":"b25l"}'],
  ['binary', new Uint8Array([1, 2, 3])],
  ['null', 'null'],
])('%s is refused as a bad message', async (_name, data) => {
  const { origin } = await startServer()
  const client = await connect(origin)
  client.sendRaw(data)
  expect(await client.next()).toMatchObject({ kind: 'refused', reason: 'bad-message' })
  expect(await client.closed).toBe(1008)
})

test('a seal that is no base64, or a second join, ends the membership and the others are told', async () => {
  const { origin } = await startServer()
  const witness = await joined(origin)
  for (const bad of [
    { kind: 'send', seal: 'not base64!' },
    { kind: 'join', room: roomB },
  ]) {
    const client = await joined(origin)
    await witness.next()
    client.send(bad)
    expect(await client.next()).toMatchObject({ kind: 'refused', reason: 'bad-message' })
    expect(await witness.next()).toEqual({ kind: 'member-left', member: client.you })
  }
})

test('a message over the limit is refused in words, one far over it by the close code', async () => {
  const { origin } = await startServer()
  const witness = await joined(origin)
  const large = await joined(origin)
  large.send({ kind: 'send', seal: 'A'.repeat(65_536) })
  expect(await large.next()).toMatchObject({ kind: 'refused', reason: 'too-large' })
  expect(await large.closed).toBe(1009)
  const huge = await joined(origin)
  huge.send({ kind: 'send', seal: 'A'.repeat(1_000_000) })
  expect(await huge.closed).toBe(1009)
  const kinds = [await witness.next(), await witness.next(), await witness.next(), await witness.next()]
  expect(kinds.map(({ kind }) => kind)).toEqual(['member-joined', 'member-left', 'member-joined', 'member-left'])
})

test('a frame that claims 4 GB is dropped before it is read', async () => {
  const { origin, port } = await startServer()
  const socket = connectTcp(port, '127.0.0.1')
  const answers: Buffer[] = []
  socket.on('data', (data) => answers.push(data))
  socket.write(
    'GET /signaling HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  await new Promise((resolve) => socket.once('data', resolve))
  const header = Buffer.alloc(14)
  header[0] = 0x81
  header[1] = 0xff
  header.writeBigUInt64BE(4_000_000_000n, 2)
  socket.write(header)
  await new Promise((resolve) => socket.once('close', resolve))
  expect(Buffer.concat(answers).includes(Buffer.from([0x88, 2, 0x03, 0xf1]))).toBe(true)
  await joined(origin)
})

test('a flood is refused, a burst of candidates is not', async () => {
  const { origin } = await startServer({ limits: { messagesPerSecond: 1, messageBurst: 20 } })
  const client = await joined(origin)
  for (let index = 0; index < 19; index++) client.send({ kind: 'ping' })
  for (let index = 0; index < 19; index++) expect(await client.next()).toEqual({ kind: 'pong' })
  client.send({ kind: 'ping' })
  client.send({ kind: 'ping' })
  let answer = await client.next()
  while (answer.kind === 'pong') answer = await client.next()
  expect(answer).toMatchObject({ kind: 'refused', reason: 'too-many-messages' })
})

test('the message budget fills again with time and never above its burst', () => {
  let now = 0
  const budget = createMessageBudget(10, 3, () => now)
  const takeAll = () => {
    let taken = 0
    while (budget.take()) taken += 1
    return taken
  }
  expect(takeAll()).toBe(3)
  now += 250
  expect(takeAll()).toBe(2)
  now += 60_000
  expect(takeAll()).toBe(3)
})

test('a WebSocket at any other path is turned away', async () => {
  const { origin } = await startServer()
  await expect(connect(`${origin}/elsewhere`)).rejects.toThrow('404')
})
