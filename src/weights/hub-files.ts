// Which files of a hub's repository make up the model that was asked for: repositories hold the same weights in many forms.
import { HeadroomError } from '../base/errors.ts'
import { ggufPartNames } from './gguf-parts.ts'
import type { HubName, HubRepository } from './hub-protocol.ts'

/** What is read beside the weights of a checkpoint. */
const description =
  /^(config|config_sentence_transformers|generation_config|tokenizer|tokenizer_config|special_tokens_map|modules|sentence_bert_config|model\.safetensors\.index)\.json$|^chat_template\.jinja$|^\d+_\w+\/config\.json$/
const weights = /^[^/]+\.safetensors$/

/** In the repository's order. Throws `model-not-found`, with what there is, where the name fits no model or several. */
export function hubModelPaths(
  { repository, paths }: Pick<HubRepository, 'repository' | 'paths'>,
  { file }: HubName,
): string[] {
  const models = ggufModels(paths)
  if (file === null && isCheckpoint(paths)) return paths.filter((path) => description.test(path) || weights.test(path))
  const fitting = [...models].filter(([name, parts]) => fits(name, parts, file))
  const [only] = fitting
  if (only && fitting.length === 1) return only[1]
  const names = [...models.keys()]
  if (names.length === 0)
    throw new HeadroomError(
      'model-not-found',
      `${repository} has neither .gguf files nor config.json with .safetensors files, so nothing in it can be run.`,
    )
  const wanted = file === null ? 'several GGUF models' : `${fitting.length || 'no'} GGUF files for ${nameOf(file)}`
  throw new HeadroomError(
    'model-not-found',
    `${repository} has ${wanted}: name one of ${names.map((name) => `${repository}/${name}`).join(', ')}.`,
  )
}

/** Do the files make up a model in safetensors? */
export function isCheckpoint(paths: readonly string[]): boolean {
  return paths.includes('config.json') && paths.some((path) => weights.test(path))
}

/** By the name of the first part: all its parts. */
export function ggufModels(paths: readonly string[]): Map<string, string[]> {
  const models = new Map<string, string[]>()
  for (const path of paths.filter((name) => name.endsWith('.gguf')).sort()) {
    const [first = path] = ggufPartNames(path)
    models.set(first, [...(models.get(first) ?? []), path])
  }
  return models
}

function fits(name: string, parts: readonly string[], file: HubName['file']): boolean {
  if (file === null) return true
  if ('path' in file) return parts.includes(file.path)
  const words = (text: string) =>
    `.${text.replace(/(-\d{5}-of-\d{5})?\.gguf$/, '').replaceAll(/[-/]/g, '.')}.`.toLowerCase()
  return words(name).includes(words(file.quantization))
}

function nameOf(file: NonNullable<HubName['file']>): string {
  return 'path' in file ? file.path : file.quantization
}
