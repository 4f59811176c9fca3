// The models that Headroom can fetch itself, and where they are kept. `model-catalogue.json` is the only list of them.
import { join, resolve } from 'node:path'
import envPaths from 'env-paths'
import * as v from 'valibot'
import { HeadroomError } from '../src/base/errors.ts'
import json from './model-catalogue.json' with { type: 'json' }

const Source = v.variant('kind', [
  v.strictObject({ kind: v.literal('url'), url: v.pipe(v.string(), v.url()) }),
  v.strictObject({
    kind: v.literal('python-package'),
    package: v.string(),
    version: v.string(),
    /** Path inside the package's zip. */
    member: v.string(),
  }),
])

const CatalogueModel = v.strictObject({
  id: v.string(),
  name: v.string(),
  file: v.string(),
  bytes: v.number(),
  /** Hex. */
  sha256: v.pipe(v.string(), v.length(64)),
  licence: v.string(),
  /** In the order to try them. */
  sources: v.array(Source),
})

export type ModelSource = v.InferOutput<typeof Source>
export type CatalogueModel = v.InferOutput<typeof CatalogueModel>

export const catalogue = v.parse(v.strictObject({ defaultModel: v.string(), models: v.array(CatalogueModel) }), json)

/** Throws `model-not-found` for an id that the catalogue lacks. */
export function catalogueModel(id: string = catalogue.defaultModel): CatalogueModel {
  const model = catalogue.models.find((candidate) => candidate.id === id)
  if (model !== undefined) return model
  const known = catalogue.models.map((candidate) => candidate.id).join(', ')
  throw new HeadroomError('model-not-found', `The catalogue has no model ${id}; it has ${known}.`)
}

/** `chosen`, else HEADROOM_MODELS_DIR, else `models` in this user's cache directory. Absolute; need not exist. */
export function modelsDirectory(chosen?: string): string {
  const fromEnvironment = process.env.HEADROOM_MODELS_DIR
  return resolve(chosen ?? (fromEnvironment || join(envPaths('headroom', { suffix: '' }).cache, 'models')))
}
