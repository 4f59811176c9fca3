// A server that knows Range and nothing else, on another origin than the page: what a model hub is to a device.
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface PlainServer {
  /** Of the file. */
  url: string
  origin: string
  /** Body bytes handed to connections. */
  sentBytes(): number
  close(): Promise<void>
}

export async function startPlainServer(path: string): Promise<PlainServer> {
  const { size } = await stat(path)
  let sentBytes = 0
  const server = createServer((request, response) => {
    const common = {
      'access-control-allow-origin': '*',
      'access-control-allow-headers': 'range',
      'access-control-expose-headers': 'content-range, etag, accept-ranges',
      'accept-ranges': 'bytes',
      etag: '"the-one-version"',
    }
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    if (request.method !== 'GET' || first === undefined || last === undefined) {
      response.writeHead(request.method === 'OPTIONS' ? 204 : 400, common).end()
      return
    }
    const [start, end] = [Number(first), Math.min(Number(last), size - 1)]
    response.writeHead(206, {
      ...common,
      'content-range': `bytes ${start}-${end}/${size}`,
      'content-length': end - start + 1,
    })
    const file = createReadStream(path, { start, end })
    file.on('data', (chunk) => {
      sentBytes += chunk.length
    })
    file.on('error', () => response.destroy())
    response.on('close', () => file.destroy())
    file.pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `${origin}/plain-smollm2.gguf`,
    origin,
    sentBytes: () => sentBytes,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
