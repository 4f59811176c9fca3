// Hugging Face's config.json: which parser and which tensor names belong to a `model_type`.
import * as v from 'valibot'
import type { ModelConfig } from './config.ts'
import { bertFromHuggingFace } from './hugging-face-bert.ts'
import { gpt2FromHuggingFace } from './hugging-face-gpt2.ts'
import { llamaFromHuggingFace } from './hugging-face-llama.ts'
import { mobileBertFromHuggingFace } from './hugging-face-mobilebert.ts'
import { familyNotYet } from './not-yet.ts'
import { parseFields } from './parse-fields.ts'
import type { NamingScheme } from './tensor-names.ts'

interface Architecture {
  scheme: NamingScheme
  /** `tensorNames` is null where only the config is known. */
  parse(architecture: string, config: unknown, tensorNames: ReadonlySet<string> | null): ModelConfig
}

const LLAMA: Architecture = { scheme: 'llama', parse: llamaFromHuggingFace }

const ARCHITECTURES: ReadonlyMap<string, Architecture> = new Map([
  ['llama', LLAMA],
  ['mistral', LLAMA],
  ['qwen2', LLAMA],
  ['qwen3', LLAMA],
  ['gpt2', { scheme: 'gpt2', parse: gpt2FromHuggingFace }],
  ['bert', { scheme: 'bert', parse: bertFromHuggingFace }],
  ['mobilebert', { scheme: 'mobilebert', parse: mobileBertFromHuggingFace }],
])

const modelTypeField = v.looseObject({ model_type: v.string('a word that names the model type') }, 'a JSON object')

export interface HuggingFaceModel {
  config: ModelConfig
  scheme: NamingScheme
}

export function configFromHuggingFace(config: unknown, tensorNames: ReadonlySet<string> | null): HuggingFaceModel {
  const { model_type: name } = parseFields(modelTypeField, config, 'config.json')
  const architecture = ARCHITECTURES.get(name)
  if (!architecture) throw familyNotYet(name)
  return { config: architecture.parse(name, config, tensorNames), scheme: architecture.scheme }
}
