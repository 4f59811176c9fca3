// The built page. Files whose name holds a hash of their content are cached for good; all else is asked for again by ETag.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, resolve, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { matchesEtag, RequestError } from './response.ts'

const contentTypes: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.gguf': 'application/octet-stream',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}
const compressible = new Set(['.css', '.html', '.js', '.json', '.map', '.svg', '.txt', '.wasm', '.webmanifest'])
const smallestCompressedBytes = 1_024

interface Encoded {
  etag: string
  body: Buffer
  encoding: 'br' | 'gzip' | undefined
}

export type StaticFiles = (request: IncomingMessage, response: ServerResponse, pathname: string) => Promise<void>

/** Serves `directory` and nothing outside it; `/` is `index.html`. */
export function createStaticFiles(directory: string): StaticFiles {
  const root = resolve(directory)
  const encoded = new Map<string, Encoded>()

  /** Compressed once for each content, kept by the content's hash. */
  async function encode(content: Buffer, extension: string, accepted: string): Promise<Encoded> {
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 32)
    const worthwhile = compressible.has(extension) && content.length >= smallestCompressedBytes
    const encoding = !worthwhile
      ? undefined
      : /\bbr\b/.test(accepted)
        ? 'br'
        : /\bgzip\b/.test(accepted)
          ? 'gzip'
          : undefined
    if (encoding === undefined) return { etag: `"${hash}"`, body: content, encoding }
    const etag = `"${hash}-${encoding}"`
    const kept = encoded.get(etag)
    if (kept !== undefined) return kept
    const made = { etag, body: await compress[encoding](content), encoding } as const
    encoded.set(etag, made)
    return made
  }

  return async (request, response, pathname) => {
    const path = filePath(root, pathname)
    const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT' && error.code !== 'EISDIR' && error.code !== 'ENOTDIR') throw error
      const advice = pathname === '/' ? ' The page is not built: run "npm run build".' : ''
      throw new RequestError(404, `Nothing at ${pathname}.${advice}`)
    })
    const extension = extname(path)
    const { etag, body, encoding } = await encode(content, extension, String(request.headers['accept-encoding'] ?? ''))
    const headers = {
      'cache-control': isHashed(pathname) ? 'public, max-age=31536000, immutable' : 'no-cache',
      etag,
      vary: 'accept-encoding',
    }
    if (matchesEtag(request.headers['if-none-match'], etag)) {
      response.writeHead(304, headers).end()
      return
    }
    response.writeHead(200, {
      ...headers,
      'content-type': contentTypes[extension] ?? 'application/octet-stream',
      'content-length': body.length,
      ...(encoding && { 'content-encoding': encoding }),
    })
    response.end(body)
  }
}

const compress = {
  br: (content: Buffer) => promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: promisify(gzip),
}

/** Vite puts what it names by content into `assets/`. */
function isHashed(pathname: string): boolean {
  return pathname.startsWith('/assets/')
}

function filePath(root: string, pathname: string): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(pathname === '/' ? '/index.html' : pathname)
  } catch (cause) {
    if (cause instanceof URIError) throw new RequestError(400, 'The address is not valid percent-encoding.')
    throw cause
  }
  const path = resolve(root, `.${sep}${decoded}`)
  if (decoded.includes('\0') || !path.startsWith(root + sep)) throw new RequestError(404, `Nothing at ${pathname}.`)
  return path
}
