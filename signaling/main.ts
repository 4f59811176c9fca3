// Starts the server for people: addresses and a QR code in the terminal, an end by Ctrl-C.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import envPaths from 'env-paths'
import { encodeQR } from 'qr'
import { type Certificate, keptCertificate, readCertificate } from './certificate.ts'
import { huggingFaceHub } from './hub.ts'
import { isLoopback, lanAddresses } from './lan.ts'
import { builtInModels, createModelShelf, type KnownModel, modelIdAt } from './model-shelf.ts'
import type { ServeOptions } from './options.ts'
import { createHeadroomServer, type HeadroomServer } from './server.ts'
import { StartError } from './start-error.ts'

const paths = envPaths('headroom', { suffix: '' })

export interface ServeContext {
  webDirectory: string
  modelsDirectory: string
  knownModels: readonly KnownModel[]
  /** Offered first where it is there and `--model` names no other. */
  defaultModel: string
  version: string
}

/** Serves until the process is told to end. Throws StartError where it cannot start. */
export async function serve(options: ServeOptions, context: ServeContext): Promise<HeadroomServer> {
  const { modelsDirectory, knownModels, webDirectory, version } = context
  const { extra, defaultModel } = await chooseModel(options, context)
  const certificate = await chooseCertificate(options)
  const server = createHeadroomServer({
    webDirectory,
    models: { directory: modelsDirectory, extra, knownModels },
    defaultModel,
    hub: huggingFaceHub,
    cacheDirectory: join(paths.cache, 'digests'),
    host: options.host,
    port: options.port,
    certificate,
    version,
  })
  const { localUrl, lanUrls } = await server.listen()
  console.log(announcement({ localUrl, lanUrls, certificate, plainHttp: options.http, defaultModel }))
  return server
}

async function chooseModel({ model }: ServeOptions, context: ServeContext) {
  const { modelsDirectory, knownModels, defaultModel, webDirectory } = context
  const shelf = createModelShelf({ directory: modelsDirectory, knownModels, builtIn: builtInModels(webDirectory) })
  const ids = (await shelf.list()).map(({ id }) => id)
  if (model === undefined)
    return { extra: [], defaultModel: ids.includes(defaultModel) ? defaultModel : (ids[0] ?? null) }
  const isPath = await stat(model).then(
    () => true,
    () => false,
  )
  if (isPath) return { extra: [model], defaultModel: await modelIdAt(model, knownModels) }
  if (ids.includes(model)) return { extra: [], defaultModel: model }
  const known = ids.length === 0 ? 'none' : ids.join(', ')
  throw new StartError(`--model ${model}: no such file, folder or model. In ${modelsDirectory}: ${known}.`)
}

async function chooseCertificate({ http, host, cert, key }: ServeOptions): Promise<Certificate | undefined> {
  if (http || isLoopback(host)) return undefined
  if (cert !== undefined && key !== undefined) return readCertificate(cert, key)
  return keptCertificate(
    paths.config,
    lanAddresses().map(({ address }) => address),
  )
}

interface Announced {
  localUrl: string
  lanUrls: { name: string; url: string }[]
  certificate: Certificate | undefined
  plainHttp: boolean
  defaultModel: string | null
}

function announcement({ localUrl, lanUrls, certificate, plainHttp, defaultModel }: Announced): string {
  const lines = ['', `  Headroom      ${localUrl}`]
  for (const { name, url } of lanUrls) lines.push(`  on this LAN   ${url}   (${name})`)
  lines.push(`  model         ${defaultModel ?? 'none: open a GGUF file in the page'}`, '')
  const [first] = lanUrls
  if (first !== undefined) lines.push(encodeQR(first.url, 'term', { border: 2 }))
  if (plainHttp && first !== undefined)
    lines.push(
      '  Warning: over plain http, phones lack WebGPU, OPFS and crypto.subtle, so they cannot join a room.',
      '',
    )
  else if (certificate?.selfSigned)
    lines.push(
      '  The certificate is this machine’s own: each device’s browser warns once; go on there. Behind that warning all works but',
      '  the service worker (so no installing as an app). A trusted certificate (--cert, --key) has neither limit.',
      '',
    )
  lines.push('  Ctrl-C ends it.')
  return lines.join('\n')
}
