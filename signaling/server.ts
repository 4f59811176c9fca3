// The whole server: the built page, its configuration, the model mirror and the rooms, on one port. It keeps nothing but live rooms.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import {
  type IceServer,
  isRoomId,
  type ServerConfig,
  type SignAnswer,
  signalingLimits,
  signalingPath,
  signsPath,
} from '../src/net/signaling-protocol.ts'
import type { Certificate } from './certificate.ts'
import { createDigestStore } from './digests.ts'
import type { Hub } from './hub.ts'
import { createMirror } from './mirror.ts'
import { builtInModels, createModelShelf, type ModelShelfOptions } from './model-shelf.ts'
import { createOnePortServer } from './one-port.ts'
import { commonHeaders, RequestError, sendError, sendJson } from './response.ts'
import { createRoomSockets, type SignalingLimits } from './room-sockets.ts'
import { reportBytes, type SentBytes } from './sent-bytes.ts'
import { localUrl, reachableUrls } from './server-urls.ts'
import { StartError } from './start-error.ts'
import { createStaticFiles } from './static-files.ts'

export interface HeadroomServerOptions {
  /** The built page (`dist/web`). */
  webDirectory: string
  models?: ModelShelfOptions
  /** Id of the model the page offers first. */
  defaultModel?: string | null
  /** Where digests of model files are kept. */
  cacheDirectory: string
  /** All interfaces when left out. */
  host?: string | undefined
  /** 0 takes any free one. */
  port: number
  /** Without one all is plain http; then only this machine's own browsers get a secure context. */
  certificate?: Certificate | undefined
  iceServers?: readonly IceServer[]
  /** Where the page may fetch models that somebody names `owner/name`; null or left out: from nowhere. */
  hub?: Hub | null
  /** Origins besides this server and the hub that the page may fetch model files from. Without them and a hub, no outside server is ever contacted. */
  connectSources?: readonly string[]
  limits?: Partial<SignalingLimits>
  version?: string
  log?: (line: string) => void
  /** Called when a response has ended, with the body bytes that were handed to its connection. */
  onBytes?: (sent: SentBytes) => void
}

export interface HeadroomServer {
  /** Resolves when requests are taken. Throws StartError when the port or the host cannot be had. */
  listen(): Promise<{ port: number; localUrl: string; lanUrls: ServerConfig['lanUrls'] }>
  /** Ends all connections and rooms. */
  close(): Promise<void>
  readonly roomCount: number
}

export function createHeadroomServer(options: HeadroomServerOptions): HeadroomServer {
  const { certificate, host, iceServers = [], log = console.error } = options
  const { hub = null } = options
  const headers = commonHeaders([...(hub?.connectSources ?? []), ...(options.connectSources ?? [])])
  const staticFiles = createStaticFiles(options.webDirectory)
  const shelf = createModelShelf({ builtIn: builtInModels(options.webDirectory), ...options.models })
  const mirror = createMirror(shelf, createDigestStore(options.cacheDirectory, log))
  const rooms = createRoomSockets({ ...signalingLimits, ...options.limits }, iceServers)
  let lanUrls: ServerConfig['lanUrls'] = []

  async function answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw new RequestError(405, `${request.method} is not served here.`, { allow: 'GET, HEAD' })
    if (url.pathname.startsWith('/models/')) return mirror(request, response, url)
    if (url.pathname.startsWith(signsPath)) return sendJson(response, 200, signAnswer(url.pathname))
    if (url.pathname === '/config.json') return sendJson(response, 200, config())
    return staticFiles(request, response, url.pathname)
  }

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value as string)
    const url = requestUrl(request)
    if (options.onBytes !== undefined) reportBytes(request, response, url, options.onBytes)
    answer(request, response, url).catch((error: unknown) => {
      if (!isDisconnect(error)) sendError(response, error, log)
    })
  }

  function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (requestUrl(request).pathname === signalingPath) rooms.handleUpgrade(request, socket, head)
    else socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  }

  function config(): ServerConfig {
    const { version = '0.0.0', defaultModel = null } = options
    const selfSigned = certificate?.selfSigned ?? false
    return { version, lanUrls, iceServers: [...iceServers], defaultModel, hubUrl: hub?.url ?? null, selfSigned }
  }

  function signAnswer(pathname: string): SignAnswer {
    const room = pathname.slice(signsPath.length)
    if (!isRoomId(room)) throw new RequestError(404, 'A room is named by 64 hex digits.')
    return { seal: rooms.signOf(room) }
  }

  const server = createOnePortServer({ certificate, onRequest, onUpgrade })

  return {
    async listen() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, options)))
        server.listen({ port: options.port, host }, resolve)
      })
      const { port } = server.address() as AddressInfo
      lanUrls = reachableUrls(host, port, certificate)
      return { port, localUrl: localUrl(host, port), lanUrls }
    },
    async close() {
      rooms.close()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
    get roomCount() {
      return rooms.roomCount
    },
  }
}

function requestUrl(request: IncomingMessage): URL {
  const path = request.url?.startsWith('/') ? request.url : '/'
  return new URL(`http://headroom${path.replace(/^\/+/, '/')}`)
}

/** A page that was closed, or stopped a download: nobody is left to answer. */
function isDisconnect(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET' || code === 'EPIPE'
}

function listenError(error: NodeJS.ErrnoException, { port, host }: HeadroomServerOptions): StartError {
  if (error.code === 'EADDRINUSE')
    return new StartError(
      `Port ${port} is in use. Stop what uses it, or choose another: npm start -- --port ${port + 1}`,
    )
  if (error.code === 'EACCES')
    return new StartError(`This user may not listen on port ${port}. Choose one above 1023: npm start -- --port 8080`)
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new StartError(`${host} is no address of this machine. Leave --host out to listen on all of them.`)
  return new StartError(`Cannot listen on ${host ?? 'all addresses'}, port ${port}: ${error.message}`)
}
