// Seeded Hugging Face checkpoints as GGUF, named, permuted, transposed and typed as llama.cpp's converter does it (convert_hf_to_gguf.py and
// conversion/{base,llama,qwen,gpt2,bert}.py, gguf-py's tensor_mapping.py), written here anew: the converter is no part of this project.
import { quantize } from '../../src/weights/quantize.ts'
import { checkpointConfig, checkpointTensors } from './checkpoint-files.ts'
import { type ConverterConfig, converterKeys } from './converter-keys.ts'
import { llama3RopeFactors } from './llama3-rope-factors.ts'
import type { NamedTensor } from './read-safetensors.ts'
import type { GgufFile, GgufTensor } from './write-gguf.ts'

export type MatrixType = 'F32' | 'F16' | 'Q8_0'

const resident = { F32: 'f32', F16: 'f16', Q8_0: 'int8' } as const

/** By module; `*` is the layer. */
const names: Readonly<Record<string, string>> = {
  'model.embed_tokens': 'token_embd',
  'model.layers.*.input_layernorm': 'blk.*.attn_norm',
  'model.layers.*.self_attn.q_proj': 'blk.*.attn_q',
  'model.layers.*.self_attn.k_proj': 'blk.*.attn_k',
  'model.layers.*.self_attn.v_proj': 'blk.*.attn_v',
  'model.layers.*.self_attn.o_proj': 'blk.*.attn_output',
  'model.layers.*.self_attn.q_norm': 'blk.*.attn_q_norm',
  'model.layers.*.self_attn.k_norm': 'blk.*.attn_k_norm',
  'model.layers.*.post_attention_layernorm': 'blk.*.ffn_norm',
  'model.layers.*.mlp.gate_proj': 'blk.*.ffn_gate',
  'model.layers.*.mlp.up_proj': 'blk.*.ffn_up',
  'model.layers.*.mlp.down_proj': 'blk.*.ffn_down',
  'model.norm': 'output_norm',
  lm_head: 'output',
  'transformer.wte': 'token_embd',
  'transformer.wpe': 'position_embd',
  'transformer.h.*.ln_1': 'blk.*.attn_norm',
  'transformer.h.*.attn.c_attn': 'blk.*.attn_qkv',
  'transformer.h.*.attn.c_proj': 'blk.*.attn_output',
  'transformer.h.*.ln_2': 'blk.*.ffn_norm',
  'transformer.h.*.mlp.c_fc': 'blk.*.ffn_up',
  'transformer.h.*.mlp.c_proj': 'blk.*.ffn_down',
  'transformer.ln_f': 'output_norm',
  'bert.embeddings.word_embeddings': 'token_embd',
  'bert.embeddings.position_embeddings': 'position_embd',
  'bert.embeddings.token_type_embeddings': 'token_types',
  'bert.embeddings.LayerNorm': 'token_embd_norm',
  'bert.encoder.layer.*.attention.self.query': 'blk.*.attn_q',
  'bert.encoder.layer.*.attention.self.key': 'blk.*.attn_k',
  'bert.encoder.layer.*.attention.self.value': 'blk.*.attn_v',
  'bert.encoder.layer.*.attention.output.dense': 'blk.*.attn_output',
  'bert.encoder.layer.*.attention.output.LayerNorm': 'blk.*.attn_output_norm',
  'bert.encoder.layer.*.intermediate.dense': 'blk.*.ffn_up',
  'bert.encoder.layer.*.output.dense': 'blk.*.ffn_down',
  'bert.encoder.layer.*.output.LayerNorm': 'blk.*.layer_output_norm',
}

/** What the converter makes of `tests/fixtures/<name>` with `--outtype f32`, `f16` or `q8_0`; tensors of each file in their order. */
export async function checkpointGguf(name: string, type: MatrixType): Promise<GgufFile> {
  const config = (await checkpointConfig(name)) as ConverterConfig
  const { model_type: model } = config
  const tensors: GgufTensor[] = []
  const factors = llama3RopeFactors(config)
  if (factors) tensors.push(typed('rope_freqs.weight', { shape: [factors.length], values: factors }, 'F32'))
  for (const [hubName, tensor] of await checkpointTensors(name)) {
    // The masked-language head is left out: llama.cpp embeds with encoders.
    if (hubName.startsWith('cls.')) continue
    const changed = /\.(c_attn|c_proj|c_fc)\.weight$/.test(hubName)
      ? transposed(tensor)
      : model === 'llama' || model === 'mistral'
        ? permuted(hubName, tensor, config)
        : tensor
    tensors.push(typed(ggufName(hubName), changed, type))
  }
  return { keys: converterKeys(name, config, type), tensors }
}

function ggufName(hubName: string): string {
  const end = hubName.lastIndexOf('.')
  const layer = /\.(\d+)\./.exec(hubName)?.[1] ?? ''
  const name = names[hubName.slice(0, end).replace(/\.\d+\./, '.*.')]
  if (name === undefined) throw new Error(`${hubName} has no name in GGUF`)
  return name.replace('*', layer) + hubName.slice(end)
}

/** Vectors, norms, and tables of positions and token types are float32 whatever the matrices are. */
function typed(name: string, { shape, values }: NamedTensor, matrixType: MatrixType): GgufTensor {
  const float = shape.length === 1 || /_norm\.weight$|^position_embd|^token_types/.test(name)
  const type = float ? 'F32' : matrixType
  return { name, shape, type, bytes: quantize(values, resident[type]) }
}

function transposed({ shape, values }: NamedTensor): NamedTensor {
  const [rows, columns] = shape as [number, number]
  return {
    shape: [columns, rows],
    values: Float32Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!),
  }
}

/** Of each head's rows of Q and K, the first and the second half alternate, so that RoPE turns neighbours. */
function permuted(hubName: string, tensor: NamedTensor, config: ConverterConfig): NamedTensor {
  const which = /\.([qk])_proj\.(weight|bias)$/.exec(hubName)?.[1]
  if (which === undefined) return tensor
  const rows = tensor.shape[0]!
  const width = tensor.values.length / rows
  const headSize = rows / (which === 'q' ? config.num_attention_heads! : config.num_key_value_heads!)
  const values = new Float32Array(tensor.values.length)
  for (let row = 0; row < rows; row++) {
    const within = row % headSize
    const from = row - within + (within % 2) * (headSize / 2) + Math.floor(within / 2)
    values.set(tensor.values.subarray(from * width, (from + 1) * width), row * width)
  }
  return { shape: tensor.shape, values }
}
