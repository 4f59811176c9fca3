// A real server on a free port, over folders of its own, and a WebSocket client that collects what it is told.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type RawData, WebSocket } from 'ws'
import { createHeadroomServer, type HeadroomServerOptions } from '../../../signaling/server.ts'
import { parseServerMessage, type ServerMessage, signalingPath } from '../../../src/net/signaling-protocol.ts'

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'headroom-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export async function startServer(options: Partial<HeadroomServerOptions> = {}) {
  const folder = await temporaryFolder()
  const logged: string[] = []
  const server = createHeadroomServer({
    webDirectory: join(folder, 'web'),
    cacheDirectory: join(folder, 'digests'),
    host: '127.0.0.1',
    port: 0,
    log: (line) => logged.push(line),
    ...options,
  })
  onTestFinished(() => server.close())
  const { port, localUrl, lanUrls } = await server.listen()
  return { server, port, localUrl, lanUrls, logged, origin: `http://127.0.0.1:${port}`, folder }
}

export interface Client {
  send(message: unknown): void
  sendRaw(data: string | Uint8Array): void
  /** The next message from the server that was not taken yet. */
  next(): Promise<ServerMessage>
  /** The close code. */
  closed: Promise<number>
  socket: WebSocket
}

export async function connect(origin: string, options: { rejectUnauthorized?: boolean } = {}): Promise<Client> {
  const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}${signalingPath}`, options)
  onTestFinished(() => socket.terminate())
  const arrived: ServerMessage[] = []
  const waiting: ((message: ServerMessage) => void)[] = []
  socket.on('message', (data: RawData) => {
    const message = parseServerMessage(data.toString())
    const taker = waiting.shift()
    if (taker) taker(message)
    else arrived.push(message)
  })
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return {
    socket,
    closed,
    send: (message) => socket.send(JSON.stringify(message)),
    sendRaw: (data) => socket.send(data),
    next: () =>
      new Promise((resolve) => {
        const message = arrived.shift()
        if (message) resolve(message)
        else waiting.push(resolve)
      }),
  }
}

export const roomA = 'a'.repeat(64)
export const roomB = 'b'.repeat(64)

export async function joined(origin: string, room = roomA) {
  const client = await connect(origin)
  client.send({ kind: 'join', room })
  const answer = await client.next()
  if (answer.kind !== 'joined') throw new Error(`Not joined: ${JSON.stringify(answer)}`)
  return { ...client, ...answer }
}
