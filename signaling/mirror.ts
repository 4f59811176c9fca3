// The model mirror: files over HTTP with ranges, strong ETags, digests and one strided cut, so that phones fetch over the LAN.
import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { type ByteRange, parseByteRange } from './byte-range.ts'
import { type DigestStore, type FileVersion, pieceBytes, versionOf } from './digests.ts'
import type { ModelShelf } from './model-shelf.ts'
import { matchesEtag, RequestError, sendJson } from './response.ts'
import { maximumCutBytes, parseStridedCut, readStridedCut, type StridedCut } from './strided-cut.ts'

/** All cuts being sent together hold no more than this. */
const maximumCutBytesInFlight = 16 * maximumCutBytes
const streamChunkBytes = 256 * 1024

export type Mirror = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>

export function createMirror(shelf: ModelShelf, digests: DigestStore): Mirror {
  let cutBytesInFlight = 0

  async function sendIndex(response: ServerResponse): Promise<void> {
    const models = (await shelf.list()).map(async ({ id, name, files }) => ({
      id,
      name,
      files: await Promise.all(files.map(describeFile)),
    }))
    sendJson(response, 200, { models: await Promise.all(models) })
  }

  async function describeFile({ path, location }: { path: string; location: string }) {
    const handle = await open(location)
    try {
      const version = versionOf(location, await handle.stat({ bigint: true }))
      const known = await digests.knownDigestsOf(version)
      return { path, size: version.size, sha256: known?.file ?? null, etag: version.etag }
    } finally {
      await handle.close()
    }
  }

  async function sendDigests(response: ServerResponse, version: FileVersion): Promise<void> {
    const { pieces } = await digests.digestsOf(version)
    sendJson(response, 200, { size: version.size, etag: version.etag, pieceBytes, sha256: pieces })
  }

  async function sendCut(response: ServerResponse, file: FileHandle, etag: string, cut: StridedCut): Promise<void> {
    const bytes = cut.length * cut.count
    if (cutBytesInFlight + bytes > maximumCutBytesInFlight)
      throw new RequestError(503, 'Too many cuts are being sent. Ask again in a second.', { 'retry-after': '1' })
    cutBytesInFlight += bytes
    response.once('close', () => {
      cutBytesInFlight -= bytes
    })
    const body = await readStridedCut(file, cut)
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': bytes,
      'cache-control': 'no-cache, no-transform',
      'headroom-digest': `sha-256=${createHash('sha256').update(body).digest('base64')}`,
      etag,
    })
    response.end(body)
  }

  return async (request, response, url) => {
    const path = decodePath(url.pathname.slice('/models/'.length))
    if (path === 'index.json') return sendIndex(response)
    const served = await shelf.find(path)
    if (served === undefined) throw new RequestError(404, `No model file ${path}. See /models/index.json.`)
    const file = await open(served.location)
    try {
      const version = versionOf(served.location, await file.stat({ bigint: true }))
      if (url.searchParams.has('digests')) return await sendDigests(response, version)
      const cut = parseStridedCut(url.searchParams, version.size)
      if (cut !== undefined) return await sendCut(response, file, version.etag, cut)
      await sendFile(request, response, file, version)
    } finally {
      await file.close()
    }
  }
}

async function sendFile(request: IncomingMessage, response: ServerResponse, file: FileHandle, version: FileVersion) {
  const headers = { etag: version.etag, 'accept-ranges': 'bytes', 'cache-control': 'no-cache, no-transform' }
  if (matchesEtag(request.headers['if-none-match'], version.etag)) {
    response.writeHead(304, headers).end()
    return
  }
  const range = request.method === 'GET' ? requestedRange(request, version) : undefined
  const { start, end } = range ?? { start: 0, end: version.size }
  response.writeHead(range === undefined ? 200 : 206, {
    ...headers,
    'content-type': 'application/octet-stream',
    'content-length': end - start,
    ...(range && { 'content-range': `bytes ${start}-${end - 1}/${version.size}` }),
  })
  if (request.method === 'HEAD' || end === start) {
    response.end()
    return
  }
  const stream = file.createReadStream({ start, end: end - 1, autoClose: false, highWaterMark: streamChunkBytes })
  await pipeline(stream, response)
}

/** A range counts only while the file is the one that `If-Range` knows; otherwise the whole new file is due. */
function requestedRange(request: IncomingMessage, { size, etag }: FileVersion): ByteRange | undefined {
  const condition = request.headers['if-range']
  return condition === undefined || condition === etag ? parseByteRange(request.headers.range, size) : undefined
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch (cause) {
    if (cause instanceof URIError) throw new RequestError(400, 'The address is not valid percent-encoding.')
    throw cause
  }
}
