// What `npm run bench -- compute` takes: docs/COMMANDS.md.
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { HeadroomError } from '../../src/base/errors.ts'
import { fetchModel } from '../fetch-model.ts'
import { catalogueFilePath, catalogueModel, modelsDirectory } from '../model-catalogue.ts'
import { shapeFile } from './shape-file.ts'
import type { ShapeName, ShapeWeights } from './shapes.ts'

export interface ComputeOptions {
  model?: string
  shape?: ShapeName
  weights?: ShapeWeights
  threads: 1 | 2
  phase: 'decode' | 'prefill'
  /** Tokens before the first decode step that is timed; left out: a few. */
  behind?: number
  json: boolean
}

export interface BenchModel {
  name: string
  /** A GGUF file. */
  path: string
  /** The one that reference answers are kept of. */
  isDefault: boolean
}

/** Fetched or written where need be. Throws `bad-input` for options that contradict each other, `model-not-found`. */
export async function benchModel(options: ComputeOptions, cacheDirectory: string): Promise<BenchModel> {
  const { model, shape, weights, phase, behind } = options
  if (behind !== undefined && phase === 'prefill')
    throw new HeadroomError('bad-input', '--behind is of decode steps: leave it out, or take --phase decode.')
  if (shape) {
    if (shape === 'llama-2-7b' && weights === 'int8')
      throw new HeadroomError(
        'bad-input',
        'llama-2-7b in int8 takes 7 GB; WebAssembly ends at 4 GiB. Take --weights int4.',
      )
    return { name: shape, path: await shapeFile(cacheDirectory, shape, weights ?? 'int4'), isDefault: false }
  }
  if (weights)
    throw new HeadroomError('bad-input', 'A model is measured in the weights of its file; --weights goes with --shape.')
  if (model?.endsWith('.gguf')) return { name: model, path: await existing(resolve(model)), isDefault: false }
  const known = catalogueModel(model === 'default' ? undefined : model)
  const file = known.files.find(({ path }) => path.endsWith('.gguf'))
  if (!file)
    throw new HeadroomError(
      'bad-input',
      `${known.id} is no .gguf file, which is what all engines of the benchmark read.`,
    )
  await fetchModel(known, { directory: modelsDirectory() })
  return {
    name: known.id,
    path: catalogueFilePath(modelsDirectory(), known, file),
    isDefault: known.id === catalogueModel(undefined).id,
  }
}

async function existing(path: string): Promise<string> {
  const found = await stat(path).catch(() => null)
  if (found?.isFile()) return path
  throw new HeadroomError('model-not-found', `There is no file ${path}.`)
}

/** Where shapes and graphs are kept: gigabytes that can be deleted at any time. */
export function benchCache(cache: string): string {
  return join(cache, 'bench')
}
