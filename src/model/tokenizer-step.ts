import { ModelFormatError } from '../base/errors.ts'

/** One step of tokenizer.json: its type and what that type takes. */
export interface TokenizerStep {
  type: string
  [option: string]: unknown
}

/** A step that would give other ids than the model's own tokenizer. */
export function stepNotSupported(kind: 'normalizer' | 'pre_tokenizer' | 'model' | 'added_tokens', what: string) {
  return new ModelFormatError(
    `The tokenizer's ${kind} has ${JSON.stringify(what.slice(0, 80))}, which is not supported: other token ids than the model's own would come out. Take the model in another form, such as GGUF.`,
    'model-unsupported',
  )
}
