import { ModelFormatError } from '../base/errors.ts'
import type { ModelConfig } from '../model/config.ts'

/** Throws `model-unsupported` for all but LLaMA-like models: what a backend that knows no others says. */
export function requirePlainDecoder(config: ModelConfig, backend: string): void {
  const { norm, activation, gated, positions, causal, attentionWindow, queryKeyNorm, biases, embedding, bottleneck } =
    config
  const plain =
    norm.kind === 'rms' &&
    norm.placement === 'pre' &&
    activation === 'silu' &&
    gated &&
    positions.kind === 'rope' &&
    causal &&
    attentionWindow === null &&
    !queryKeyNorm &&
    !Object.values(biases).includes(true) &&
    !embedding.norm &&
    bottleneck === null
  if (plain) return
  throw new ModelFormatError(
    `${backend} cannot run ${config.family} models (${config.architecture}) yet. Choose the reference executor.`,
    'model-unsupported',
  )
}
