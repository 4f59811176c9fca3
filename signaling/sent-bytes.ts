// The byte log: what each response really handed to its connection, so that a test can hold every tab to its share.
import type { IncomingMessage, ServerResponse } from 'node:http'

export interface SentBytes {
  /** Path and query as asked for. */
  url: string
  pathname: string
  bytes: number
  status: number
  headers: IncomingMessage['headers']
  /** Address and port of the client's end of the connection. */
  client: string
}

/** Calls `onBytes` once, when the response has ended or its client is gone. Call before anything is written. */
export function reportBytes(
  request: IncomingMessage,
  response: ServerResponse,
  { pathname, search }: URL,
  onBytes: (sent: SentBytes) => void,
): void {
  const { socket, headers } = request
  const client = `${socket.remoteAddress}:${socket.remotePort}`
  let bytes = 0
  const counted = (write: ServerResponse['write']) =>
    function (this: ServerResponse, ...parameters: Parameters<ServerResponse['write']>) {
      const [chunk] = parameters
      if (request.method !== 'HEAD' && chunk instanceof Uint8Array) bytes += chunk.byteLength
      return write.apply(this, parameters)
    }
  response.write = counted(response.write) as ServerResponse['write']
  response.end = counted(response.end as unknown as ServerResponse['write']) as unknown as ServerResponse['end']
  response.once('close', () => {
    onBytes({ url: pathname + search, pathname, bytes, status: response.statusCode, headers, client })
  })
}
