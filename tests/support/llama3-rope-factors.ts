// LLaMA 3's RoPE scaling as llama.cpp's converter writes it: what each pair's frequency is divided by (conversion/llama.py). Older
// versions of it took 8192 for the original context, which all published models have; here, as today, it is the checkpoint's own.
import type { ConverterConfig } from './converter-keys.ts'

/** Half a head of factors; null for models without that scaling. */
export function llama3RopeFactors(config: ConverterConfig): Float32Array | null {
  const rope = config.rope_parameters ?? config.rope_scaling
  if (rope?.rope_type !== 'llama3') return null
  const theta = rope.rope_theta ?? config.rope_theta!
  const { factor, low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: original } = rope
  const headSize = config.head_dim!
  return Float32Array.from({ length: headSize / 2 }, (_, pair) => {
    const wavelength = 2 * Math.PI * theta ** ((2 * pair) / headSize)
    if (wavelength < original! / high!) return 1
    if (wavelength > original! / low!) return factor!
    const smooth = (original! / wavelength - low!) / (high! - low!)
    return 1 / ((1 - smooth) / factor! + smooth)
  })
}
