// The WebSocket side of the rooms: parses, limits and relays. Seals pass through unread.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import {
  type ClientMessage,
  type IceServer,
  parseClientMessage,
  type RefusalReason,
  type ServerMessage,
  type signalingLimits,
} from '../src/net/signaling-protocol.ts'
import { createMessageBudget } from './message-budget.ts'
import { createRooms } from './rooms.ts'

/** A member that reads so slowly that this much waits for it is cut off. */
const maximumBufferedBytes = 8 * 1024 * 1024
const closeGraceMs = 1_000

export type SignalingLimits = { [Name in keyof typeof signalingLimits]: number }

export interface RoomSockets {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  readonly roomCount: number
  /** As its leader sealed it; null: there is none. */
  signOf(room: string): string | null
  close(): void
}

export function createRoomSockets(limits: SignalingLimits, iceServers: readonly IceServer[]): RoomSockets {
  const rooms = createRooms(limits)
  const sockets = new Map<string, WebSocket>()
  // ws drops a frame that claims more than maxPayload before it reads it (close code 1009); up to there the refusal is in words.
  const server = new WebSocketServer({ noServer: true, maxPayload: 4 * limits.messageBytes, perMessageDeflate: false })

  server.on('connection', (socket: WebSocket) => {
    let member: string | undefined
    let closing = false
    const budget = createMessageBudget(limits.messagesPerSecond, limits.messageBurst)
    const idle = setTimeout(
      () => refuse('idle', `No message for ${limits.joinTimeoutMs / 1000} s.`),
      limits.joinTimeoutMs,
    )
    let idleAfterJoin: NodeJS.Timeout | undefined

    const leave = () => {
      clearTimeout(idle)
      clearTimeout(idleAfterJoin)
      if (member === undefined) return
      const others = rooms.othersOf(member)
      rooms.leave(member)
      sockets.delete(member)
      for (const other of others) deliver(other, { kind: 'member-left', member })
      member = undefined
    }
    const end = (code: number, reason: string) => {
      if (closing) return
      closing = true
      leave()
      socket.close(code, reason)
      setTimeout(() => socket.terminate(), closeGraceMs).unref()
    }
    const refuse = (reason: RefusalReason, message: string) => {
      send(socket, { kind: 'refused', reason, message })
      end(reason === 'too-large' ? 1009 : 1008, reason)
    }

    const answer = (message: ClientMessage) => {
      if (message.kind === 'ping') return send(socket, { kind: 'pong' })
      if (message.kind === 'leave') return end(1000, 'left')
      if (message.kind === 'join') return join(message.room)
      if (member === undefined) return refuse('bad-message', 'Sent before joining a room.')
      if (message.kind === 'sign') return rooms.putSign(member, message.seal)
      relay(member, message)
    }
    const join = (room: string) => {
      if (member !== undefined) return refuse('bad-message', 'Joined twice over one connection.')
      const joined = rooms.join(room)
      if ('refused' in joined) return refuse(joined.refused, joined.message)
      member = joined.member
      sockets.set(member, socket)
      clearTimeout(idle)
      idleAfterJoin = setTimeout(
        () => refuse('idle', `Nothing heard from this page for ${limits.idleTimeoutMs / 1000} s.`),
        limits.idleTimeoutMs,
      )
      send(socket, { kind: 'joined', you: member, members: joined.others, iceServers: [...iceServers], signs: true })
      for (const other of joined.others) deliver(other, { kind: 'member-joined', member })
    }

    socket.on('message', (data: RawData, isBinary: boolean) => {
      if (closing) return
      idleAfterJoin?.refresh()
      const bytes = byteLength(data)
      if (bytes > limits.messageBytes)
        return refuse('too-large', `A message had ${bytes} bytes; ${limits.messageBytes} is the most.`)
      if (!budget.take())
        return refuse(
          'too-many-messages',
          `More than ${limits.messagesPerSecond} messages a second. Reload to join again.`,
        )
      let message: ClientMessage
      try {
        message = parseClientMessage(isBinary ? data : data.toString())
      } catch (error) {
        return refuse('bad-message', error instanceof Error ? error.message : String(error))
      }
      answer(message)
    })
    socket.on('close', leave)
    socket.on('error', () => end(1002, 'broken frame'))
    if (server.clients.size > limits.connections)
      refuse('rooms-full', `This server has all its ${limits.connections} connections in use. Try again later.`)
  })

  const relay = (from: string, { to, seal }: Extract<ClientMessage, { kind: 'send' }>) => {
    const others = rooms.othersOf(from)
    if (to !== undefined && !others.includes(to)) {
      const message = 'This device has left the room.'
      return deliver(from, { kind: 'refused', reason: 'unknown-member', message, member: to })
    }
    for (const other of to === undefined ? others : [to]) deliver(other, { kind: 'message', from, seal })
  }
  const deliver = (member: string, message: ServerMessage) => {
    const socket = sockets.get(member)
    if (socket !== undefined) send(socket, message)
  }

  return {
    handleUpgrade(request, socket, head) {
      server.handleUpgrade(request, socket, head, (client) => server.emit('connection', client, request))
    },
    get roomCount() {
      return rooms.roomCount
    },
    signOf: (room) => rooms.signOf(room),
    close() {
      for (const client of server.clients) client.terminate()
      server.close()
    },
  }
}

function send(socket: WebSocket, message: ServerMessage): void {
  if (socket.readyState !== socket.OPEN) return
  if (socket.bufferedAmount > maximumBufferedBytes) socket.terminate()
  else socket.send(JSON.stringify(message))
}

function byteLength(data: RawData): number {
  return Array.isArray(data) ? data.reduce((total, { length }) => total + length, 0) : data.byteLength
}
