// A real HTTP server of one file, for tests of downloads: Range and our mirror's protocol, with the faults that networks and servers have.
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ModelServer {
  /** Of the file, `http://127.0.0.1:port/models/<path>`. */
  url: string
  mirrorUrl: string
  /** Model bytes sent so far. */
  sentBytes: number
  requests: string[]
  /** Each takes effect on the next responses with model bytes. */
  faults: {
    /** Break the connection after so many bytes of the body, this often. */
    breakAfter: number
    breakTimes: number
    /** Answer 503 this often. */
    unavailableTimes: number
    /** Flip a bit in the body this often. */
    corruptTimes: number
    etag: string
    ignoreRange: boolean
    hang: boolean
  }
  close(): Promise<void>
}

const PIECE_BYTES = 1 << 20

/** `port` 0: any free one. */
export async function serveModel(path: string, bytes: Uint8Array, port = 0): Promise<ModelServer> {
  const http = createServer((request, response) => answer(request, response))
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve))
  const mirrorUrl = `http://127.0.0.1:${(http.address() as AddressInfo).port}/models/`
  const server: ModelServer = {
    url: mirrorUrl + path,
    mirrorUrl,
    sentBytes: 0,
    requests: [],
    faults: {
      breakAfter: 0,
      breakTimes: 0,
      unavailableTimes: 0,
      corruptTimes: 0,
      etag: '"one"',
      ignoreRange: false,
      hang: false,
    },
    close: () =>
      new Promise((resolve) => {
        http.closeAllConnections()
        http.close(() => resolve())
      }),
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', mirrorUrl)
    server.requests.push(`${url.pathname}${url.search} ${request.headers.range ?? ''}`.trim())
    if (url.pathname !== `/models/${path}`) {
      response.writeHead(404).end()
    } else if (url.searchParams.has('digests')) {
      const body = {
        size: bytes.length,
        etag: server.faults.etag,
        pieceBytes: PIECE_BYTES,
        sha256: pieceDigests(bytes),
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    } else if (url.searchParams.has('first')) {
      const [first, stride, length, count] = ['first', 'stride', 'length', 'count'].map((key) =>
        Number(url.searchParams.get(key)),
      ) as [number, number, number, number]
      const runs = Array.from({ length: count }, (_, i) =>
        bytes.subarray(first + i * stride, first + i * stride + length),
      )
      const body = Buffer.concat(runs)
      const digest = createHash('sha256').update(body).digest('base64')
      send(response, 200, body, { 'headroom-digest': `sha-256=${digest}` })
    } else {
      const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
      if (start === undefined || last === undefined || server.faults.ignoreRange) {
        send(response, 200, bytes, {})
        return
      }
      const body = bytes.subarray(Number(start), Number(last) + 1)
      send(response, 206, body, { 'content-range': `bytes ${start}-${last}/${bytes.length}`, 'accept-ranges': 'bytes' })
    }
  }

  function send(response: ServerResponse, status: number, body: Uint8Array, headers: Record<string, string>): void {
    const { faults } = server
    if (faults.hang) return
    if (faults.unavailableTimes > 0) {
      faults.unavailableTimes--
      response.writeHead(503).end()
      return
    }
    let sent = Buffer.from(body)
    if (faults.corruptTimes > 0) {
      faults.corruptTimes--
      sent[sent.length >> 1]! ^= 4
    }
    response.writeHead(status, { ...headers, etag: faults.etag, 'content-length': sent.length })
    if (faults.breakTimes > 0 && sent.length > faults.breakAfter) {
      faults.breakTimes--
      sent = sent.subarray(0, faults.breakAfter)
      server.sentBytes += sent.length
      response.write(sent, () => response.destroy())
      return
    }
    server.sentBytes += sent.length
    response.end(sent)
  }
  return server
}

function pieceDigests(bytes: Uint8Array): string[] {
  return Array.from({ length: Math.ceil(bytes.length / PIECE_BYTES) }, (_, i) =>
    createHash('sha256')
      .update(bytes.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES))
      .digest('hex'),
  )
}
