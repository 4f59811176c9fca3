// From a file's own description to one ModelConfig. Whatever the engine would compute wrongly is refused here with the reason, so that
// no model ever answers in fluent nonsense. Each source has its own file; what a config must satisfy is checked once, below.
import * as v from 'valibot'
import { ModelFormatError } from '../base/errors.ts'
import type { ModelConfig } from './config.ts'
import { headSizeField } from './config-bounds.ts'
import { configFromGguf } from './gguf-architecture.ts'
import { configFromHuggingFace, type HuggingFaceModel } from './hugging-face-architecture.ts'
import { parseFields } from './parse-fields.ts'

/**
 * Reads what kind of model a file holds. All methods throw `ModelFormatError`: `model-format` for nonsense, `model-unsupported` for
 * "not yet".
 */
export class MobileModelArchitectureParser {
  /**
   * `metadata` as @huggingface/gguf gives it. `tensorNames` say whether the output head is tied (no `output.weight`) and whether there
   * are biases; without them it counts as untied and without.
   */
  fromGguf(metadata: Readonly<Record<string, unknown>>, tensorNames?: Iterable<string>): ModelConfig {
    return checked(configFromGguf(metadata, tensorNames === undefined ? null : new Set(tensorNames)))
  }

  /** `config` is a parsed `config.json` of transformers 4 or 5; `tensorNames` say whether an encoder has a masked-language head. */
  fromHuggingFace(config: unknown, tensorNames?: Iterable<string>): ModelConfig {
    return this.readHuggingFace(config, tensorNames).config
  }

  /** As `fromHuggingFace`, with the scheme that the checkpoint's tensors are named by. */
  readHuggingFace(config: unknown, tensorNames?: Iterable<string>): HuggingFaceModel {
    const model = configFromHuggingFace(config, tensorNames === undefined ? null : new Set(tensorNames))
    return { ...model, config: checked(model.config) }
  }
}

function checked(config: ModelConfig): ModelConfig {
  const { hiddenSize, headCount, kvHeadCount, headSize, positions, bottleneck } = config
  parseFields(v.looseObject({ headSize: headSizeField }), config, 'What the model describes')
  if (bottleneck && bottleneck.size > hiddenSize) {
    throw new ModelFormatError(
      `The bottleneck is ${bottleneck.size} wide, more than the ${hiddenSize} values that it narrows.`,
    )
  }
  if (headCount % kvHeadCount !== 0) {
    throw new ModelFormatError(
      `The model has ${headCount} query heads over ${kvHeadCount} KV heads: query heads must be a multiple of KV heads.`,
    )
  }
  if (positions.kind === 'learned') return config
  if (headSize % 2 !== 0) {
    throw new ModelFormatError(`The head size is ${headSize}, but rotary positions need an even one.`)
  }
  const { rotatedSize, scaling } = positions
  if (rotatedSize % 2 !== 0 || rotatedSize > headSize) {
    throw new ModelFormatError(
      `${rotatedSize} values of each head are rotated, but it must be an even number, at most the head size ${headSize}.`,
    )
  }
  if (scaling.kind === 'llama3' && scaling.highFrequencyFactor <= scaling.lowFrequencyFactor) {
    throw new ModelFormatError(
      `The llama3 RoPE scaling has high_freq_factor ${scaling.highFrequencyFactor}, which must be above low_freq_factor ${scaling.lowFrequencyFactor}.`,
    )
  }
  return config
}
