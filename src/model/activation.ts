import type { Activation } from './config.ts'
import { featureNotYet } from './not-yet.ts'

/** transformers' ACT2FN. `gelu_fast` and the like are other approximations and are refused. */
const ACTIVATIONS: ReadonlyMap<string, Activation> = new Map([
  ['silu', 'silu'],
  ['swish', 'silu'],
  ['gelu', 'gelu'],
  ['gelu_new', 'gelu-tanh'],
  ['gelu_pytorch_tanh', 'gelu-tanh'],
  ['relu', 'relu'],
])

/** Throws `model-unsupported` for a name that is not known. `key` is the file's field. */
export function activationOf(architecture: string, key: string, name: string): Activation {
  const found = ACTIVATIONS.get(name)
  if (found) return found
  throw featureNotYet(architecture, `the activation "${name.slice(0, 40)}" ("${key}")`)
}
