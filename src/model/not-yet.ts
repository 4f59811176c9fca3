import { ModelFormatError } from '../base/errors.ts'

const RUNS_TODAY =
  'Headroom runs LLaMA 1 to 3, SmolLM, TinyLlama, Mistral, Qwen2, Qwen3, GPT-2, BERT and MobileBERT; please choose such a model.'

/** Architectures by the names that files use (GGUF's and `model_type`), with the name people know. */
const KNOWN_FAMILIES: Readonly<Record<string, string>> = {
  distilbert: 'DistilBERT',
  falcon: 'Falcon',
  gemma: 'Gemma',
  gemma2: 'Gemma 2',
  gemma3: 'Gemma 3',
  gemma3_text: 'Gemma 3',
  gpt_neox: 'GPT-NeoX',
  gptneox: 'GPT-NeoX',
  mixtral: 'Mixtral',
  'nomic-bert': 'Nomic BERT',
  phi: 'Phi',
  phi2: 'Phi-2',
  phi3: 'Phi-3',
  qwen2moe: 'Qwen2 MoE',
  qwen3moe: 'Qwen3 MoE',
  roberta: 'RoBERTa',
  smollm3: 'SmolLM3',
  stablelm: 'StableLM',
  starcoder2: 'StarCoder2',
  t5: 'T5',
}

/** A whole architecture that is not run yet. */
export function familyNotYet(architecture: string): ModelFormatError {
  const family = Object.hasOwn(KNOWN_FAMILIES, architecture) ? KNOWN_FAMILIES[architecture] : undefined
  const name = JSON.stringify(architecture.slice(0, 80))
  const what = family === undefined ? `The architecture ${name}` : `${family} (architecture ${name})`
  return new ModelFormatError(`${what} is not supported yet. ${RUNS_TODAY}`, 'model-unsupported')
}

/** A variation within a family that is run; `feature` names the key and its value. */
export function featureNotYet(architecture: string, feature: string): ModelFormatError {
  return new ModelFormatError(
    `This ${architecture} model uses ${feature}, which is not supported yet. ${RUNS_TODAY}`,
    'model-unsupported',
  )
}

/** `config.json`'s `quantization_config`: what it names is computed by code of its own. */
export function refuseQuantized(architecture: string, quantization: unknown): void {
  if (quantization != null) throw featureNotYet(architecture, 'a quantized checkpoint ("quantization_config")')
}
