// What every HTTP answer has in common: the headers that isolate the page, JSON bodies, and refusals in words.
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** A request that cannot be answered as asked; sent as `{ "error": message }` with this status. */
export class RequestError extends Error {
  readonly status: number
  readonly headers: OutgoingHttpHeaders

  constructor(status: number, message: string, headers: OutgoingHttpHeaders = {}) {
    super(message)
    this.status = status
    this.headers = headers
  }
}

/**
 * Headers of every response. The page is cross-origin isolated (WASM threads need it) and talks to its own server alone;
 * `connectSources` adds origins it may fetch model files from. Workers take their policy from their own response, so all carry it.
 */
export function commonHeaders(connectSources: readonly string[]): OutgoingHttpHeaders {
  return {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self' 'wasm-unsafe-eval'",
      "worker-src 'self'",
      "style-src 'self'",
      "img-src 'self' data: blob:",
      "font-src 'self'",
      "manifest-src 'self'",
      ["connect-src 'self'", ...connectSources].join(' '),
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  }
}

export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  const body = Buffer.from(JSON.stringify(value))
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-cache',
    ...headers,
  })
  response.end(body)
}

/** Answers with the refusal; anything else is a fault of this server: logged in full, told without its insides. */
export function sendError(response: ServerResponse, error: unknown, log: (line: string) => void): void {
  const known = error instanceof RequestError
  if (!known) log(`Request failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  if (response.headersSent) {
    response.destroy()
    return
  }
  const message = known ? error.message : 'The server failed to answer; its terminal says why.'
  sendJson(response, known ? error.status : 500, { error: message }, known ? error.headers : {})
}

/** Does `If-None-Match` name this entity (or any)? Weak comparison, as RFC 9110 asks for. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  return header?.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag) ?? false
}
