// A shard as float32 tensors. What embeds stays in main memory, since `embed` answers at once; where that also makes the output, my rows
// of it are a tensor too, which JavaScript's backend keeps in the same memory.
import { dispose, type Tensor1D, type Tensor2D, tensor1d, tensor2d } from '@tensorflow/tfjs-core'
import { ModelFormatError } from '../../base/errors.ts'
import { isEmpty } from '../../base/ranges.ts'
import { embeddingTensors } from '../../model/model-tensors.ts'
import { isVector, type TensorRole, tensorKey } from '../../model/tensor.ts'
import type { RowReader } from '../embed-tokens.ts'
import type { ExecutorSetup } from '../executor.ts'
import type { Matrix } from '../reference/operations.ts'
import { rowsOf, type TensorStore } from '../reference/tensor-store.ts'

export interface TfjsWeights {
  readonly byteLength: number
  readonly ropeFactors: Float32Array | null
  readRow: RowReader
  /** Outside the layers. */
  holds(role: TensorRole): boolean
  /** [R, C] as held; of a tied `tokenEmbedding` my rows. Throws `model-format` for what the shard does not list. */
  matrix(role: TensorRole, layer: number | null): { values: Tensor2D; columnStart: number }
  /** [C], or null where the model has none. */
  vector(role: TensorRole, layer: number | null): Tensor1D | null
  close(): void
}

/** Uploads what `store` holds, and empties it on the way. `inMainMemory`: tensors share the memory that they are made from. */
export function createWeights(
  { config, shard, tensors }: Pick<ExecutorSetup, 'config' | 'shard' | 'tensors'>,
  store: TensorStore,
  inMainMemory: boolean,
): TfjsWeights {
  const matrices = new Map<string, { values: Tensor2D; columnStart: number }>()
  const vectors = new Map<string, Tensor1D>()
  const tables = new Map<TensorRole, Matrix>()
  const ropeFactors = store.find('ropeFactors')?.values ?? null
  let byteLength = 0
  const upload = (key: string, { values, rows, columns, columnStart }: Matrix) =>
    matrices.set(key, { values: tensor2d(values, [rows, columns]), columnStart })
  const embeds = new Set(embeddingTensors(config).map(({ role }) => role))
  for (const { role, layer } of tensors) {
    const key = tensorKey({ role, layer })
    const whole = store.take(role, layer)
    byteLength += whole.values.byteLength
    if (embeds.has(role)) tables.set(role, whole)
    else if (isVector(role)) vectors.set(key, tensor1d(whole.values))
    else upload(key, whole)
    if (role !== 'tokenEmbedding' || !config.tiedEmbeddings || isEmpty(shard.vocabulary)) continue
    const mine = rowsOf(whole, shard.vocabulary)
    if (!inMainMemory) byteLength += mine.values.byteLength
    upload(key, mine)
  }
  return {
    byteLength,
    ropeFactors,
    readRow(role, row, out) {
      const table = tables.get(role)
      if (!table) throw new ModelFormatError(`This shard holds no ${role}.`)
      out.set(table.values.subarray(row * table.columns, (row + 1) * table.columns))
    },
    matrix(role, layer) {
      const found = matrices.get(tensorKey({ role, layer }))
      if (!found) throw new ModelFormatError(`This shard holds no ${tensorKey({ role, layer })}.`)
      return found
    },
    holds: (role) => matrices.has(tensorKey({ role, layer: null })),
    vector: (role, layer) => vectors.get(tensorKey({ role, layer })) ?? null,
    close() {
      dispose([...[...matrices.values()].map(({ values }) => values), ...vectors.values()])
      matrices.clear()
      vectors.clear()
    },
  }
}
