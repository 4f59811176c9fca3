// The models that Headroom can fetch itself, and where they are kept. `model-catalogue.json` is the only list of them.
import { join, resolve } from 'node:path'
import envPaths from 'env-paths'
import * as v from 'valibot'
import { HeadroomError } from '../src/base/errors.ts'
import json from './model-catalogue.json' with { type: 'json' }

const Folder = v.pipe(v.string(), v.endsWith('/'))

/** Each holds the model's files in one folder, by the same paths. */
const Source = v.variant('kind', [
  v.strictObject({ kind: v.literal('url'), url: v.pipe(Folder, v.url()) }),
  v.strictObject({
    kind: v.literal('python-package'),
    package: v.string(),
    version: v.string(),
    /** Inside the package's zip. */
    folder: Folder,
  }),
])

const CatalogueFile = v.strictObject({
  path: v.string(),
  bytes: v.number(),
  /** Hex. */
  sha256: v.pipe(v.string(), v.length(64)),
})

const CatalogueModel = v.strictObject({
  id: v.string(),
  name: v.string(),
  licence: v.string(),
  /** In the models' directory: its one file, or the folder of its files. */
  location: v.string(),
  /** In the order to fetch: a folder counts as a model once it has weights, so these come last. */
  files: v.pipe(v.array(CatalogueFile), v.minLength(1)),
  /** In the order to try them. */
  sources: v.array(Source),
})

export type ModelSource = v.InferOutput<typeof Source>
export type CatalogueFile = v.InferOutput<typeof CatalogueFile>
export type CatalogueModel = v.InferOutput<typeof CatalogueModel>

export const catalogue = v.parse(v.strictObject({ defaultModel: v.string(), models: v.array(CatalogueModel) }), json)

/** Throws `model-not-found` for an id that the catalogue lacks. */
export function catalogueModel(id: string = catalogue.defaultModel): CatalogueModel {
  const model = catalogue.models.find((candidate) => candidate.id === id)
  if (model !== undefined) return model
  const known = catalogue.models.map((candidate) => candidate.id).join(', ')
  throw new HeadroomError('model-not-found', `The catalogue has no model ${id}; it has ${known}.`)
}

/** Where a file of the model is in `directory`. */
export function catalogueFilePath(directory: string, { location }: CatalogueModel, { path }: CatalogueFile): string {
  return location === path ? join(directory, location) : join(directory, location, path)
}

/** `chosen`, else HEADROOM_MODELS_DIR, else `models` in this user's cache directory. Absolute; need not exist. */
export function modelsDirectory(chosen?: string): string {
  const fromEnvironment = process.env.HEADROOM_MODELS_DIR
  return resolve(chosen ?? (fromEnvironment || join(envPaths('headroom', { suffix: '' }).cache, 'models')))
}
