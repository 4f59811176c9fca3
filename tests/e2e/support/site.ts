// The real server for one test, on a port of its own, with its byte log. It can go down and come back on the same port.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keptCertificate } from '../../../signaling/certificate.ts'
import { lanAddresses } from '../../../signaling/lan.ts'
import type { SentBytes } from '../../../signaling/sent-bytes.ts'
import { createHeadroomServer, type HeadroomServer, type HeadroomServerOptions } from '../../../signaling/server.ts'
import { projectRoot } from '../../../tools/ensure-built.ts'
import { catalogue } from '../../../tools/model-catalogue.ts'

export const storiesPath = join(projectRoot, 'tests/fixtures/stories260K.gguf')
export const storiesId = 'stories260K'
const inTheBox = '/models/headroom-tiny/'

export interface SiteOptions extends Pick<HeadroomServerOptions, 'limits' | 'connectSources' | 'hub'> {
  /** Where the built page lies; the build's own folder unless given. */
  webDirectory?: string
  /** GGUF files that the mirror has. */
  models?: readonly string[]
  /** On this machine's network too, over https with a certificate of the server's own. */
  lan?: boolean
}

export interface Site {
  /** Ends with `/`. */
  readonly url: string
  readonly lanUrls: readonly { name: string; url: string }[]
  /** Ended responses, since the start or the last `forgetBytes`; not the model in the box, which every page keeps. */
  readonly sent: readonly SentBytes[]
  /** Body bytes of everything below `/models/` that were handed to connections: headers, digests and slices. */
  modelBytes(): number
  forgetBytes(): void
  /** Ends all connections and rooms; `start` takes the same port again. */
  stop(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

/** By default on loopback, with the small model. */
export async function startSite({ models = [storiesPath], lan = false, ...options }: SiteOptions = {}): Promise<Site> {
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'headroom-e2e-'))
  const certificate = lan
    ? await keptCertificate(
        cacheDirectory,
        lanAddresses().map(({ address }) => address),
      )
    : null
  const sent: SentBytes[] = []
  let server: HeadroomServer | null = null
  let [port, url] = [0, '']
  let lanUrls: Site['lanUrls'] = []

  const start = async () => {
    server = createHeadroomServer({
      webDirectory: join(projectRoot, 'dist/web'),
      models: { extra: models, knownModels: catalogue.models },
      cacheDirectory,
      host: lan ? '0.0.0.0' : '127.0.0.1',
      ...(certificate && { certificate }),
      port,
      onBytes: (bytes) => {
        if (!bytes.pathname.startsWith(inTheBox)) sent.push(bytes)
      },
      ...options,
    })
    const listening = await server.listen()
    port = listening.port
    url = listening.localUrl
    lanUrls = listening.lanUrls
  }
  const stop = async () => {
    await server?.close()
    server = null
  }
  await start()
  return {
    get url() {
      return url
    },
    get lanUrls() {
      return lanUrls
    },
    sent,
    modelBytes: () =>
      sent.filter(({ pathname }) => pathname.startsWith('/models/')).reduce((sum, { bytes }) => sum + bytes, 0),
    forgetBytes: () => {
      sent.length = 0
    },
    start,
    stop,
    async close() {
      await stop()
      await rm(cacheDirectory, { recursive: true, force: true })
    },
  }
}
