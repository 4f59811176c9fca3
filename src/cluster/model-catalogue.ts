// What models there are and where: ids of our mirror, or the address of a file on any server that understands Range.
import { HeadroomError } from '../base/errors.ts'
import { parseServerConfig, type ServerConfig } from '../net/signaling-protocol.ts'
import { fetchMirrorIndex, mirrorUrlOf } from '../weights/mirror-protocol.ts'
import type { ModelSource } from './engine-protocol.ts'
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

/** The mirror's models, the default one first. Throws `download-failed` when the mirror cannot be reached. */
export async function listModels(serverUrl: string): Promise<CatalogueModel[]> {
  const [models, { defaultModel }] = await Promise.all([
    fetchMirrorIndex(mirrorUrlOf(serverUrl)),
    fetchServerConfig(serverUrl),
  ])
  return models
    .map(({ id, name, files }) => ({
      modelId: id,
      name,
      sizeBytes: files.reduce((sum, { size }) => sum + size, 0),
      isDefault: id === defaultModel,
    }))
    .sort((a, b) => Number(b.isDefault) - Number(a.isDefault))
}

/** `model`: an id of the mirror, or an http(s) address. Throws `model-not-found`. */
export async function findModel(model: string, serverUrl: string): Promise<ModelSource> {
  if (/^https?:\/\//.test(model))
    return { kind: 'http', modelId: model.split(/[?#]/)[0]?.split('/').pop() || model, urls: [model] }
  const models = await fetchMirrorIndex(mirrorUrlOf(serverUrl))
  const found = models.find(({ id }) => id === model)
  if (found)
    return { kind: 'mirror', modelId: found.id, baseUrl: serverUrl, paths: found.files.map(({ path }) => path) }
  const known = models.map(({ id }) => id).join(', ') || 'none'
  throw new HeadroomError('model-not-found', `The server has no model "${model}". It has: ${known}.`)
}

/** What `findModel` takes, or files of this device. Throws `bad-input` for no files. */
export async function sourceOf(model: string | readonly File[], serverUrl: string): Promise<ModelSource> {
  if (typeof model === 'string') return findModel(model, serverUrl)
  const [first] = model
  if (!first) throw new HeadroomError('bad-input', 'No file was chosen.')
  return { kind: 'files', modelId: first.name, files: model }
}
