// Column cuts of every block type through the loader: slices fall on 32 columns where the file packs 256.
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { range } from '../../../src/base/ranges.ts'
import { bytesOf, type ShardTensor, type TensorFormat } from '../../../src/model/tensor.ts'
import {
  BLOCK_LAYOUT,
  BLOCK_TYPES,
  type BlockType,
  fileBytesOf,
  isBlockType,
} from '../../../src/weights/block-types.ts'
import { readBytes } from '../../../src/weights/byte-source.ts'
import { convertRows } from '../../../src/weights/convert.ts'
import { weightsLabel } from '../../../src/weights/formats.ts'
import { readGgufHeader } from '../../../src/weights/gguf-header.ts'
import { loadShard } from '../../../src/weights/loader.ts'
import type { ManifestTensor, ModelManifest } from '../../../src/weights/manifest.ts'
import { openGguf } from '../../../src/weights/model-file.ts'
import { collectWeights } from '../../support/collected-weights.ts'
import { diskSource } from '../../support/memory-source.ts'

const FILE = 'tests/fixtures/gguf-types/trained.gguf'
const ROWS = 6
const COLUMNS = 1536
const TYPES: readonly BlockType[] = BLOCK_TYPES.filter((type) => type !== 'F16' && type !== 'BF16')

/** `down.0` to `down.12`, one of each type. */
let manifest: ModelManifest
beforeAll(async () => {
  const { manifest: stories } = await openGguf(diskSource('tests/fixtures/stories260K.gguf'), 'stories')
  const source = diskSource(FILE)
  const tensors: Record<string, ManifestTensor> = {}
  for (const { name, type, offset, byteLength } of (await readGgufHeader(source)).tensors.values()) {
    if (!isBlockType(type) || byteLength === null) throw new Error(`${name} is of type ${type}`)
    tensors[`down.${TYPES.indexOf(type)}`] = { name, source: 0, type, rows: ROWS, columns: COLUMNS, offset, byteLength }
  }
  manifest = { ...stories, sources: [{ ...source.origin, size: source.size, etag: null }], tensors }
})

describe.each(TYPES)('columns of a %s tensor', (type) => {
  it('are those of the whole tensor converted, in any format, for any cut on 32 columns', async () => {
    const layer = TYPES.indexOf(type)
    const { offset, byteLength } = manifest.tensors[`down.${layer}`]!
    const bytes = await readBytes(diskSource(FILE), range(offset, offset + byteLength))
    const cuts = fc.record({
      format: fc.constantFrom<TensorFormat>('f32', 'f16', 'int8', 'int4'),
      blocks: fc.tuple(fc.integer({ min: 0, max: 47 }), fc.integer({ min: 1, max: 48 })).filter(([a, b]) => a < b),
      firstRow: fc.integer({ min: 0, max: ROWS - 1 }),
    })
    await fc.assert(
      fc.asyncProperty(cuts, async ({ format, blocks, firstRow }) => {
        const columns = range(blocks[0] * 32, blocks[1] * 32)
        const tensor: ShardTensor = { role: 'down', layer, format, rows: range(firstRow, ROWS), columns }
        const source = diskSource(FILE)
        const loader = collectWeights([tensor])
        await loadShard({ manifest, tensors: [tensor], sources: [source], cache: null, loader })
        const slice = loader.finish().get(`down.${layer}`)!
        const whole = convertRows({ type, rowCount: ROWS, columns: COLUMNS, bytes }, range(0, COLUMNS), format)
        const width = bytesOf(format, 1, columns.end - columns.start)
        for (let row = firstRow; row < ROWS; row++) {
          const start = bytesOf(format, row, COLUMNS) + bytesOf(format, 1, columns.start)
          const found = slice.subarray((row - firstRow) * width, (row - firstRow + 1) * width)
          expect(Buffer.compare(found, whole.subarray(start, start + width))).toBe(0)
        }
      }),
      { seed: 3, numRuns: 25 },
    )
  })

  it('cost the whole blocks around them and no more', async () => {
    const layer = TYPES.indexOf(type)
    const { blockSize, resident: format } = BLOCK_LAYOUT[type]
    const tensor: ShardTensor = { role: 'down', layer, format, rows: range(0, ROWS), columns: range(480, 544) }
    const progress: number[] = []
    await loadShard({
      manifest,
      tensors: [tensor],
      sources: [diskSource(FILE)],
      cache: null,
      loader: collectWeights([tensor]),
      onProgress: ({ totalBytes }) => void progress.push(totalBytes),
    })
    expect(progress.at(-1)).toBe(fileBytesOf(type, ROWS, blockSize === 256 ? 512 : 64))
  })
})

describe('the label of the weights', () => {
  it('shows what each type became where one is not held as the file has it', () => {
    const only = (...types: string[]) => ({
      ...manifest,
      tensors: Object.fromEntries(Object.entries(manifest.tensors).filter(([, { type }]) => types.includes(type))),
    })
    expect(weightsLabel(only('Q4_1', 'Q8_0'), 'auto')).toBe('native:Q4_1+Q8_0')
    expect(weightsLabel(only('Q6_K', 'Q4_K'), 'auto')).toBe('auto:Q4_K→int4+Q6_K→int8')
    expect(weightsLabel(only('Q4_K', 'Q8_0'), 'auto')).toBe('auto:Q4_K→int4+Q8_0')
    expect(weightsLabel(only('Q4_K', 'Q6_K'), 'int4')).toBe('int4')
  })
})
