import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type WebSocket as ServerSocket, WebSocket, WebSocketServer } from 'ws'
import type { HeadroomError } from '../../../src/base/errors.ts'
import type { TransportEvents } from '../../../src/net/room-transport.ts'
import { SignalingClient } from '../../../src/net/signaling-client.ts'
import { parseClientMessage, type ServerMessage, signalingPath } from '../../../src/net/signaling-protocol.ts'
import { startServer } from '../signaling/running-server.ts'

const roomId = 'a'.repeat(64)
const you = 'b'.repeat(32)
const other = 'c'.repeat(32)

let server: WebSocketServer
let client: SignalingClient
/** What the server does with each message of a client. */
let answer: (socket: ServerSocket, kind: string) => void

beforeEach(async () => {
  // Node 20 has no WebSocket of its own.
  vi.stubGlobal('WebSocket', WebSocket)
  await listen(0)
  answer = (socket, kind) => {
    if (kind === 'join') say(socket, { kind: 'joined', you, members: [other], iceServers: [] })
  }
})

afterEach(async () => {
  client?.close()
  await stop()
  vi.unstubAllGlobals()
})

async function listen(port: number): Promise<void> {
  server = new WebSocketServer({ port, host: '127.0.0.1', path: signalingPath })
  server.on('connection', (socket) => {
    socket.on('message', (data) => answer(socket, parseClientMessage(String(data)).kind))
  })
  await once(server, 'listening')
}

async function stop(): Promise<void> {
  for (const socket of server.clients) socket.terminate()
  await new Promise((resolve) => server.close(resolve))
}

function say(socket: ServerSocket, message: ServerMessage): void {
  socket.send(JSON.stringify(message))
}

function join(): SignalingClient {
  client = new SignalingClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  client.open(roomId)
  return client
}

function next<Name extends keyof TransportEvents>(name: Name): Promise<TransportEvents[Name]> {
  return new Promise((resolve) => {
    const off = client.events.on(name, (value) => {
      off()
      resolve(value)
    })
  })
}

test('members meet on the real server, and nobody else hears them', async () => {
  const { origin } = await startServer()
  const members = [roomId, roomId, 'd'.repeat(64)].map((room) => {
    const member = new SignalingClient(origin)
    onTestFinished(() => member.close())
    const heard: string[] = []
    member.events.on('message', (seal) => heard.push(seal))
    return { member, heard, joined: new Promise((resolve) => member.events.on('joined', resolve)), room }
  })
  for (const { member, joined, room } of members) {
    member.open(room)
    await joined
  }
  const [ann, bob, stranger] = members as [(typeof members)[0], (typeof members)[0], (typeof members)[0]]
  ann.member.send('QUJD')
  const answered = new Promise((resolve) => ann.member.events.on('message', resolve))
  bob.member.send('REVG')
  expect(await answered).toBe('REVG')
  expect([ann.heard, bob.heard, stranger.heard]).toEqual([['REVG'], ['QUJD'], []])
})

describe('the signaling client', () => {
  test('joins, sends to all, and hears who comes and what is said', async () => {
    const heard: string[] = []
    const honest = answer
    answer = (socket, kind) => {
      heard.push(kind)
      honest(socket, kind)
      if (kind !== 'send') return
      say(socket, { kind: 'member-joined', member: other })
      say(socket, { kind: 'message', from: other, seal: 'QUJD' })
    }
    join()
    expect(await next('joined')).toEqual({ otherCount: 1, iceServers: [] })
    client.send('QUJD')
    const [, seal] = await Promise.all([next('member-joined'), next('message')])
    expect(seal).toBe('QUJD')
    expect(heard).toEqual(['join', 'send'])
  })

  test('shows the newest sign where the server takes signs, again after an outage, and says nothing of it to an older server', async () => {
    const heard: string[] = []
    let signs: boolean | undefined
    answer = (socket, kind) => {
      heard.push(kind)
      if (kind === 'join')
        say(socket, { kind: 'joined', you, members: [], iceServers: [], ...(signs !== undefined && { signs }) })
      else if (kind === 'sign') say(socket, { kind: 'member-joined', member: other })
    }
    join()
    client.showSign('QUJD')
    await next('joined')
    client.showSign('REVG')
    for (const socket of server.clients) socket.terminate()
    signs = true
    await Promise.all([next('joined'), next('member-joined')])
    client.showSign('R0hJ')
    await next('member-joined')
    expect(heard).toEqual(['join', 'join', 'sign', 'sign'])
  })

  test('comes back after an outage and says down once', async () => {
    join()
    await next('joined')
    const { port } = server.address() as AddressInfo
    const downs: HeadroomError[] = []
    client.events.on('down', (error) => downs.push(error))
    await stop()
    await new Promise((resolve) => setTimeout(resolve, 1200))
    await listen(port)
    await next('joined')
    expect(downs).toHaveLength(1)
    expect(downs[0]).toMatchObject({ code: 'signaling-down', message: expect.stringMatching(/already connected stay/) })
  })

  test('asked to, tries at once instead of waiting, and says when that came to nothing', async () => {
    join()
    await next('joined')
    const { port } = server.address() as AddressInfo
    const downs: HeadroomError[] = []
    client.events.on('down', (error) => downs.push(error))
    await stop()
    const beganMs = performance.now()
    // By itself it waits longer after every try.
    for (let index = 0; index < 10; index++) await client.tryNow()
    await listen(port)
    const joined = next('joined')
    await Promise.all([client.tryNow(), client.tryNow(), joined])
    expect(performance.now() - beganMs).toBeLessThan(10_000)
    expect(downs).toHaveLength(1)
    await client.tryNow()
    expect(server.clients.size).toBe(1)
  })

  test('gives up a try that the server does not answer, and tries again', async () => {
    const connected = once(server, 'connection')
    const honest = answer
    answer = () => undefined
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    join()
    await connected
    const tried = client.tryNow()
    const down = next('down')
    vi.advanceTimersByTime(10_000)
    expect(await down).toMatchObject({ code: 'signaling-down' })
    await tried
    answer = honest
    const joined = next('joined')
    vi.advanceTimersByTime(500)
    await joined
  })

  test('says down when there is no server at the start', async () => {
    const { port } = server.address() as AddressInfo
    await stop()
    client = new SignalingClient(`http://127.0.0.1:${port}`)
    client.open(roomId)
    expect(await next('down')).toMatchObject({ code: 'signaling-down' })
    await listen(port)
    expect(await next('joined')).toMatchObject({ otherCount: 1 })
  })

  test.each([
    ['room-full', 'room-full'],
    ['rooms-full', 'server-refused'],
    ['too-large', 'server-refused'],
  ] as const)('gives up on %s with the server’s words', async (reason, code) => {
    answer = (socket) => {
      say(socket, { kind: 'refused', reason, message: 'Sixteen devices are here already.' })
      socket.close()
    }
    join()
    expect(await next('refused')).toMatchObject({ code, message: 'Sixteen devices are here already.' })
  })

  test('treats a server that speaks nonsense as down', async () => {
    answer = (socket) => socket.send('{"kind":"surprise"}')
    join()
    expect(await next('down')).toMatchObject({ message: expect.stringMatching(/outside the protocol/) })
  })
})
