// A shard as float32 tensors; only what embeds stays in main memory, since `embed` answers at once.
import { dispose, type Tensor1D, type Tensor2D, tensor1d, tensor2d } from '@tensorflow/tfjs-core'
import { ModelFormatError } from '../../base/errors.ts'
import { rangeLength } from '../../base/ranges.ts'
import type { ModelConfig } from '../../model/config.ts'
import { embeddingTensors } from '../../model/model-tensors.ts'
import { type ShardTensor, type TensorRole, tensorKey } from '../../model/tensor.ts'
import type { RowReader } from '../embed-tokens.ts'
import type { TensorStore } from '../reference/tensor-store.ts'

export interface TfjsWeights {
  readonly byteLength: number
  readRow: RowReader
  /** Outside the layers. */
  holds(role: TensorRole): boolean
  /** [R, C] as held. Throws `model-format` for what the shard does not list. */
  matrix(role: TensorRole, layer: number | null): { values: Tensor2D; columnStart: number }
  /** [C], or null where the model has none. */
  vector(role: TensorRole, layer: number | null): Tensor1D | null
  close(): void
}

/** Uploads what `store` holds. */
export function createWeights(config: ModelConfig, tensors: readonly ShardTensor[], store: TensorStore): TfjsWeights {
  const matrices = new Map<string, { values: Tensor2D; columnStart: number }>()
  const vectors = new Map<string, Tensor1D>()
  for (const { role, layer, rows, columns } of tensors) {
    const { values, columnStart } = store.get(role, layer)
    const key = tensorKey({ role, layer })
    if (isVector(role)) vectors.set(key, tensor1d(values))
    else matrices.set(key, { values: tensor2d(values, [rangeLength(rows), rangeLength(columns)]), columnStart })
  }
  const tables = new Map(
    embeddingTensors(config).flatMap(({ role }) => {
      const table = store.find(role)
      return table ? [[role, table] as const] : []
    }),
  )
  const bytes = [...matrices.values()].map(({ values }) => values.size * 4)
  return {
    byteLength: [...bytes, ...[...vectors.values()].map(({ size }) => size * 4)].reduce((sum, size) => sum + size, 0),
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

function isVector(role: TensorRole): boolean {
  return role.endsWith('Norm') || role.endsWith('Bias') || role === 'ropeFactors'
}
