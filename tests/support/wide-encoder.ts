// One layer as wide as BERT-Large's (1024 values, 16 heads) on as many positions (512), with random weights, as no BERT-Large is at hand: for
// what sizes do to lanes, inboxes and sums.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TensorToWrite, writeSafetensors } from '../../tools/write-safetensors.ts'
import { normal, seededRandom } from './random.ts'

const [hidden, ffn, vocabulary] = [1024, 1024, 64]
export const positions = 512

export interface WideEncoder {
  folder: string
  close(): Promise<void>
}

export async function wideEncoder(): Promise<WideEncoder> {
  const root = await mkdtemp(join(tmpdir(), 'headroom-'))
  const folder = join(root, 'wide')
  await mkdir(folder)
  await writeFile(join(folder, 'config.json'), JSON.stringify(config))
  await writeSafetensors(join(folder, 'model.safetensors'), weights())
  return { folder, close: () => rm(root, { recursive: true, force: true }) }
}

const config = {
  model_type: 'bert',
  hidden_size: hidden,
  num_hidden_layers: 1,
  num_attention_heads: 16,
  intermediate_size: ffn,
  vocab_size: vocabulary,
  max_position_embeddings: positions,
  type_vocab_size: 2,
  hidden_act: 'gelu',
}

function weights(): Record<string, TensorToWrite> {
  const sample = normal(seededRandom(11))
  const tensor = (shape: readonly number[], mean: number, deviation: number): TensorToWrite => {
    const length = shape.reduce((product, size) => product * size, 1)
    const values = Float32Array.from({ length }, () => mean + deviation * sample())
    return { dtype: 'F32', shape, bytes: new Uint8Array(values.buffer) }
  }
  const table = (rows: number) => tensor([rows, hidden], 0, 1)
  const dense = (name: string, rows: number, columns: number) => ({
    [`${name}.weight`]: tensor([rows, columns], 0, 1 / Math.sqrt(columns)),
    [`${name}.bias`]: tensor([rows], 0, 0.1),
  })
  const norm = (name: string) => ({
    [`${name}.weight`]: tensor([hidden], 1, 0.1),
    [`${name}.bias`]: tensor([hidden], 0, 0.1),
  })
  const layer = 'encoder.layer.0'
  return {
    'embeddings.word_embeddings.weight': table(vocabulary),
    'embeddings.position_embeddings.weight': table(positions),
    'embeddings.token_type_embeddings.weight': table(2),
    ...norm('embeddings.LayerNorm'),
    ...dense(`${layer}.attention.self.query`, hidden, hidden),
    ...dense(`${layer}.attention.self.key`, hidden, hidden),
    ...dense(`${layer}.attention.self.value`, hidden, hidden),
    ...dense(`${layer}.attention.output.dense`, hidden, hidden),
    ...norm(`${layer}.attention.output.LayerNorm`),
    ...dense(`${layer}.intermediate.dense`, ffn, hidden),
    ...dense(`${layer}.output.dense`, hidden, ffn),
    ...norm(`${layer}.output.LayerNorm`),
  }
}
