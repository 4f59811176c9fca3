// Shapes to try with random weights, by the name that `loadModel` takes; each as the config.json of its architecture.

/**
 * GPT-3.5-Turbo's shape as the project's first design has it: 96 layers of 96 heads over 12,288 values. Its weights are not public.
 * `two-layers` is two of them at full width, 3.6 G parameters, with an embedding of 32 tokens to have something to step on.
 */
const GPT_3_5 = { model_type: 'gpt2', n_head: 96, n_embd: 12_288, n_positions: 4096, vocab_size: 50_257, n_layer: 96 }

export const GENERATED_SHAPES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'generated:gpt-3.5-turbo': GPT_3_5,
  'generated:gpt-3.5-turbo-two-layers': { ...GPT_3_5, n_positions: 64, vocab_size: 32, n_layer: 2 },
}
