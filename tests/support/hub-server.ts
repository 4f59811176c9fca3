// A model hub on this machine that speaks huggingface.co's API over folders: commits, gated repositories, weights by redirect to a second
// origin whose addresses expire. It answers as the real one was seen to, CORS included.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

export interface HubFolder {
  /** Its files are the repository's. */
  folder: string
  /** Of these alone. */
  paths?: readonly string[]
  gated?: 'auto' | 'manual'
  /** As the listing says them. */
  downloads?: number
  tags?: readonly string[]
  /** Other branches and tags than `main`. */
  revisions?: readonly string[]
}

export interface HubServer {
  /** Ends in `/`. */
  url: string
  /** For the page's policy: the hub, and where it redirects to. */
  connectSources: readonly string[]
  /** `method path` of what the hub itself was asked. */
  asked: string[]
  /** Authorization headers that came to the hub, and to the origin that it redirects to. */
  authorizations: { hub: Set<string>; files: Set<string> }
  /** Of weights, as sent. */
  fileRequests(): number
  /** Makes a new commit: `main` means other files than before. */
  commit(repository: string): string
  /** Addresses that were given out are refused from now on. */
  expire(): void
  close(): Promise<void>
}

const exposed = 'X-Repo-Commit, X-Error-Code, ETag, Link, Accept-Ranges, Content-Range, X-Linked-Size, X-Linked-ETag'

export async function serveHub(
  repositories: Readonly<Record<string, HubFolder>>,
  token = 'hf_right',
): Promise<HubServer> {
  const commits = new Map<string, string>()
  const asked: string[] = []
  const authorizations = { hub: new Set<string>(), files: new Set<string>() }
  let generation = 0
  let fileRequests = 0
  const newCommit = (repository: string) => {
    const commit = createHash('sha1')
      .update(`${repository} ${commits.get(repository)}`)
      .digest('hex')
    commits.set(repository, commit)
    return commit
  }
  for (const repository of Object.keys(repositories)) newCommit(repository)

  const files = await listen((request, response) => {
    cors(request, response)
    remember(request, authorizations.files)
    const url = new URL(request.url ?? '/', 'http://files')
    if (url.searchParams.get('signature') !== String(generation)) return refuse(response, 403, 'AccessDenied')
    fileRequests += 1
    sendPart(request, response, readFileSync(url.searchParams.get('path')!))
  })

  const hub = await listen((request, response) => {
    cors(request, response)
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    remember(request, authorizations.hub)
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://hub')
    asked.push(`${request.method} ${pathname}`)
    if (pathname === '/api/models') return sendJson(response, found(repositories, searchParams.get('search') ?? ''))
    const [, repository = '', revision = ''] = /^\/api\/models\/([^/]+\/[^/]+)\/revision\/([^/]+)$/.exec(pathname) ?? []
    const [, fileRepository = '', commit = '', path = ''] =
      /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(pathname) ?? []
    const kept = repositories[repository || fileRepository]
    const mayRead = !kept?.gated || request.headers.authorization === `Bearer ${token}`
    if (request.headers.authorization !== undefined && request.headers.authorization !== `Bearer ${token}`)
      return refuse(response, 401, 'InvalidCredentials')
    // To strangers the real hub does not tell what is private from what is not there.
    if (!kept) return refuse(response, request.headers.authorization === undefined ? 401 : 404, 'RepoNotFound')
    if (repository) {
      const known = ['main', commits.get(repository), ...(kept.revisions ?? [])].includes(decodeURIComponent(revision))
      if (!known) return refuse(response, 404, 'RevisionNotFound')
      const siblings = pathsOf(kept).map((rfilename) => {
        const { size } = statSync(join(kept.folder, rfilename))
        return searchParams.has('blobs') ? { rfilename, size } : { rfilename }
      })
      const body = {
        id: repository,
        sha: commits.get(repository),
        private: false,
        gated: kept.gated ?? false,
        tags: kept.tags ?? [],
        siblings,
      }
      return sendJson(response, body)
    }
    if (!mayRead) return refuse(response, 401, 'GatedRepo')
    if (commit !== commits.get(fileRepository)) return refuse(response, 404, 'RevisionNotFound')
    const location = join(kept.folder, decodeURIComponent(path))
    if (!/\.(safetensors|gguf)$/.test(path)) return sendPart(request, response, readFileSync(location))
    const target = new URL(
      `/${commit}?${new URLSearchParams({ path: location, signature: String(generation) })}`,
      files.origin,
    )
    response.writeHead(302, { location: target.href, 'x-repo-commit': commit }).end()
  })

  return {
    url: `${hub.origin}/`,
    connectSources: [hub.origin, files.origin],
    asked,
    authorizations,
    fileRequests: () => fileRequests,
    commit: newCommit,
    expire: () => {
      generation += 1
    },
    close: async () => void (await Promise.all([hub.close(), files.close()])),
  }
}

/** As the real listing was seen to look with `expand`: a private field and an object id beside what was asked for. */
function found(repositories: Readonly<Record<string, HubFolder>>, words: string) {
  return Object.entries(repositories)
    .filter(([id]) => id.toLowerCase().includes(words.toLowerCase()))
    .map(([id, { downloads = 0, gated = false, tags = [] }]) => ({
      _id: createHash('sha1').update(id).digest('hex').slice(0, 24),
      id,
      modelId: id,
      downloads,
      gated,
      tags,
    }))
    .sort((a, b) => b.downloads - a.downloads)
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function cors(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader(
    'access-control-allow-origin',
    request.headers.origin === 'null' ? '*' : (request.headers.origin ?? '*'),
  )
  response.setHeader('access-control-allow-headers', 'authorization, range')
  response.setHeader('access-control-expose-headers', exposed)
}

function remember(request: IncomingMessage, into: Set<string>): void {
  if (request.headers.authorization !== undefined) into.add(request.headers.authorization)
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'x-error-code': code }).end(code)
}

function sendPart(request: IncomingMessage, response: ServerResponse, content: Buffer): void {
  const headers = { etag: `"${createHash('sha256').update(content).digest('hex')}"`, 'accept-ranges': 'bytes' }
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
  if (first === undefined || last === undefined) {
    response.writeHead(200, { ...headers, 'content-length': content.length }).end(content)
    return
  }
  const body = content.subarray(Number(first), Number(last) + 1)
  const contentRange = `bytes ${first}-${Number(first) + body.length - 1}/${content.length}`
  response.writeHead(206, { ...headers, 'content-range': contentRange, 'content-length': body.length }).end(body)
}

function pathsOf({ folder, paths }: HubFolder): readonly string[] {
  return (
    paths ??
    readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [join(entry.parentPath, entry.name).slice(folder.length + 1)] : [],
    )
  )
}

async function listen(listener: RequestListener): Promise<{ origin: string; close(): Promise<void> }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
