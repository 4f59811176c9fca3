import { expect, it } from 'vitest'
import { range } from '../../../src/base/ranges.ts'
import type { ShardTensor } from '../../../src/model/tensor.ts'
import { tensorKey } from '../../../src/model/tensor.ts'
import { generateModel } from '../../../src/weights/generated-model.ts'
import { loadShard } from '../../../src/weights/loader.ts'
import type { ModelManifest } from '../../../src/weights/manifest.ts'
import { collectWeights } from '../../support/collected-weights.ts'
import { memorySource } from '../../support/memory-source.ts'

const columns = 512
const rows = 4 * columns
const shape = { model_type: 'gpt2', n_head: 8, n_embd: columns, n_positions: 8, vocab_size: 32, n_layer: 1 }

it('a matrix with inputs as rows comes once, also from a server that cannot cut columns', async () => {
  const values = Float32Array.from({ length: rows * columns }, (_, index) => index)
  const source = memorySource(new Uint8Array(values.buffer))
  const tensor: ShardTensor = { role: 'up', layer: 0, rows: range(0, rows), columns: range(0, columns), format: 'f32' }
  const manifest: ModelManifest = {
    ...generateModel('gpt2', shape, 1).manifest,
    sources: [{ kind: 'local', path: source.name, size: source.size, etag: source.etag }],
    tensors: {
      [tensorKey(tensor)]: {
        name: 'h.0.mlp.c_fc.weight',
        source: 0,
        type: 'F32',
        rows,
        columns,
        offset: 0,
        byteLength: source.size,
        within: { rows: columns, columns: rows, firstRow: 0, firstColumn: 0, transposed: true },
      },
    },
  }
  const loader = collectWeights([tensor])
  const { downloadedBytes } = await loadShard({ manifest, tensors: [tensor], sources: [source], cache: null, loader })
  expect(downloadedBytes).toBe(source.size)
  const held = new Float32Array(loader.finish().get(tensorKey(tensor))!.slice().buffer)
  expect([held[0], held[1], held[columns]]).toEqual([0, rows, 1])
})
