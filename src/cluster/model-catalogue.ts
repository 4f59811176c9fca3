// What models there are and where: ids of our mirror, repositories of a hub, or the address of a file on any server that knows Range.
import { HeadroomError } from '../base/errors.ts'
import { parseServerConfig, type ServerConfig } from '../net/signaling-protocol.ts'
import { ggufPartNames } from '../weights/gguf-parts.ts'
import { hubModelPaths } from '../weights/hub-files.ts'
import { fetchHubRepository, formatHubName, type HubName, hubFileUrl, parseHubName } from '../weights/hub-protocol.ts'
import { fetchMirrorIndex, mirrorUrlOf } from '../weights/mirror-protocol.ts'
import { BUILT_IN_MODEL_ID, builtInSource, findBuiltInModel } from './built-in-model.ts'
import type { LocalFile, ModelSource } from './engine-protocol.ts'
import { GENERATED_SHAPES } from './generated-shapes.ts'
import { listWholeModels, sourceOfKept } from './offline-models.ts'
import type { CatalogueModel } from './session-state.ts'

/** Throws `signaling-down` when the page's server does not answer. */
export async function fetchServerConfig(serverUrl: string): Promise<ServerConfig> {
  const url = new URL('config.json', serverUrl)
  try {
    const response = await fetch(url)
    if (!response.ok) throw new Error(`it answered ${response.status}`)
    return parseServerConfig(await response.text())
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new HeadroomError(
      'signaling-down',
      `The server at ${url.host} does not answer (${why}). Check that it runs and that this device is on its network.`,
      { cause },
    )
  }
}

/**
 * The mirror's models, the default one first; where there are none, the model that comes with the page; where no server answers, those
 * that this device keeps whole as well. Throws `signaling-down` where there is none of these, and `download-failed` when the mirror breaks off.
 */
export async function listModels(serverUrl: string): Promise<CatalogueModel[]> {
  try {
    const models = await listMirror(serverUrl)
    if (models.length > 0) return models
  } catch (error) {
    const models = isDown(error) ? await listOffline(serverUrl) : []
    if (models.length > 0) return models
    throw error
  }
  const builtIn = await findBuiltInModel(serverUrl)
  return builtIn ? [builtIn] : []
}

async function listOffline(serverUrl: string): Promise<CatalogueModel[]> {
  const [kept, builtIn] = await Promise.all([listWholeModels(), findBuiltInModel(serverUrl)])
  const models = builtIn ? [...kept.filter(({ modelId }) => modelId !== builtIn.modelId), builtIn] : kept
  return models.map((model, index) => ({ ...model, isDefault: index === 0 }))
}

async function listMirror(serverUrl: string): Promise<CatalogueModel[]> {
  const { defaultModel } = await fetchServerConfig(serverUrl)
  const models = await fetchMirrorIndex(mirrorUrlOf(serverUrl))
  return models
    .map(({ id, name, files }) => ({
      modelId: id,
      name,
      sizeBytes: files.reduce((sum, { size }) => sum + size, 0),
      isDefault: id === defaultModel,
    }))
    .sort((a, b) => Number(b.isDefault) - Number(a.isDefault))
}

/** A model by its name, or files of this device: plain ones as picked, or with their paths where a whole folder was dropped. */
export type WantedModel = string | readonly (File | LocalFile)[]

/**
 * A string is an id of the mirror, a generated shape, a hub's `owner/name`, or an http(s) address. `hubToken` is for hubs' gated models. Throws
 * `model-not-found`, `token-needed`, and `bad-input` for no files; without a server `download-failed` for a model that is kept in part.
 */
export async function sourceOf(model: WantedModel, serverUrl: string, hubToken: string | null): Promise<ModelSource> {
  if (typeof model !== 'string') return localSource(model)
  const shape = GENERATED_SHAPES[model]
  if (shape) return { kind: 'generated', modelId: model, config: shape, seed: 1 }
  if (isAddress(model)) return remoteSource(model, serverUrl, hubToken)
  if (!(await answers(serverUrl))) {
    if (model === BUILT_IN_MODEL_ID) return builtInSource(serverUrl)
    const kept = await sourceOfKept(model, serverUrl)
    if (kept) return kept
  }
  if (model.includes('/')) return remoteSource(model, serverUrl, hubToken)
  const models = await fetchMirrorIndex(mirrorUrlOf(serverUrl))
  const found = models.find(({ id }) => id === model)
  if (found)
    return { kind: 'mirror', modelId: found.id, baseUrl: serverUrl, paths: found.files.map(({ path }) => path) }
  if (model === BUILT_IN_MODEL_ID) return builtInSource(serverUrl)
  const known = models.map(({ id }) => id).join(', ') || 'none'
  throw new HeadroomError('model-not-found', `The server has no model "${model}". It has: ${known}.`)
}

function isAddress(model: string): boolean {
  return /^https?:\/\//.test(model)
}

function isDown(error: unknown): boolean {
  return error instanceof HeadroomError && error.code === 'signaling-down'
}

async function answers(serverUrl: string): Promise<boolean> {
  try {
    await fetchServerConfig(serverUrl)
    return true
  } catch (error) {
    if (isDown(error)) return false
    throw error
  }
}

async function remoteSource(model: string, serverUrl: string, hubToken: string | null): Promise<ModelSource> {
  // An address leads there without a server too; only a server says which hub's pages are names.
  const hubUrl = isAddress(model) && !(await answers(serverUrl)) ? null : (await fetchServerConfig(serverUrl)).hubUrl
  const name = hubUrl === null ? null : parseHubName(model, hubUrl)
  if (name && hubUrl !== null) return hubSource(name, hubUrl, hubToken)
  if (isAddress(model)) {
    const [address = model] = model.split(/[?#]/)
    const nameOf = (part: string) => part.split('/').pop() || part
    const query = model.slice(address.length)
    const files = ggufPartNames(address).map((part) => ({ path: nameOf(part), url: part + query }))
    return { kind: 'http', modelId: nameOf(address), files, token: null }
  }
  const why = hubUrl === null ? 'this server lets its pages fetch from no hub' : 'a hub’s model is written owner/name'
  throw new HeadroomError('model-not-found', `There is no model "${model}": ${why}.`)
}

/** The token goes along only where the hub would not answer without it. */
async function hubSource(name: HubName, hubUrl: string, hubToken: string | null): Promise<ModelSource> {
  const repository = await fetchHubRepository(hubUrl, name, hubToken)
  const files = hubModelPaths(repository, name).map((path) => ({ path, url: hubFileUrl(hubUrl, repository, path) }))
  return { kind: 'http', modelId: formatHubName(name), files, token: repository.restricted ? hubToken : null }
}

function localSource(picked: readonly (File | LocalFile)[]): ModelSource {
  const files = picked.map((file) =>
    file instanceof File ? { path: file.webkitRelativePath || file.name, file } : file,
  )
  const named = files.find(({ path }) => /\.(gguf|safetensors)$/.test(path)) ?? files[0]
  if (!named) throw new HeadroomError('bad-input', 'No file was chosen.')
  const [first = named.path] = named.path.split('/')
  return { kind: 'files', modelId: first, files }
}
