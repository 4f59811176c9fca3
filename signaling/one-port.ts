// One port for both: TLS for the LAN, plain http for this machine (browsers trust localhost without a certificate).
// The first byte says which: 0x16 opens every TLS handshake (RFC 8446, section 5.1) and no HTTP method.

import type { IncomingMessage } from 'node:http'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { isLoopback } from './lan.ts'

const firstByteTimeoutMs = 10_000

export interface OnePortOptions {
  /** Without one every request is served in plain http, whoever asks. */
  certificate: { cert: string; key: string } | undefined
  onRequest: RequestListener
  onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

/** Serves https to all, and http to this machine; http from elsewhere is redirected to https on the same port. */
export function createOnePortServer({ certificate, onRequest, onUpgrade }: OnePortOptions): Server {
  const sockets = new Set<Socket>()
  const plain = createHttpServer(onRequest).on('upgrade', onUpgrade)
  const redirect = createHttpServer(redirectToHttps)
  const secure = certificate && createHttpsServer(certificate, onRequest).on('upgrade', onUpgrade)

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    if (secure === undefined) return plain.emit('connection', socket)
    socket.setTimeout(firstByteTimeoutMs, () => socket.destroy())
    socket.once('data', (head) => {
      socket.pause()
      socket.setTimeout(0)
      socket.removeAllListeners('timeout')
      socket.unshift(head)
      if (head[0] === 0x16) {
        secure.emit('connection', socket)
        return
      }
      const target = isLoopback(socket.remoteAddress) ? plain : redirect
      target.emit('connection', socket)
      socket.resume()
    })
  })
  const stopListening = server.close.bind(server)
  server.close = (done) => {
    for (const socket of sockets) socket.destroy()
    return stopListening(done)
  }
  return server
}

const redirectToHttps: RequestListener = (request, response) => {
  const location = `https://${request.headers.host ?? 'localhost'}${request.url ?? '/'}`
  response.writeHead(308, { location, 'content-length': 0, connection: 'close' }).end()
}
