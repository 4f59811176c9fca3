import { beforeAll, describe, expect, it } from 'vitest'
import { ModelFormatError } from '../../../src/base/errors.ts'
import { tensorKey } from '../../../src/model/tensor.ts'
import type { ByteSource } from '../../../src/weights/byte-source.ts'
import { ggufPartNames, joinedMetadata } from '../../../src/weights/gguf-parts.ts'
import { loadShard } from '../../../src/weights/loader.ts'
import { openGguf } from '../../../src/weights/model-file.ts'
import { collectWeights } from '../../support/collected-weights.ts'
import { diskSource, memorySource } from '../../support/memory-source.ts'
import { tensorsOfShares } from '../../support/shard-of-shares.ts'
import { splitGguf } from '../../support/split-gguf.ts'

const STORIES = 'tests/fixtures/stories260K.gguf'

let parts: Uint8Array[]
beforeAll(async () => {
  parts = await splitGguf(STORIES, [20, 17, 11])
})

const part = (index: number, name = `stories-0000${index + 1}-of-00003.gguf`) => memorySource(parts[index]!, name, null)

async function weightsOf(files: ByteSource | readonly ByteSource[]) {
  const { manifest } = await openGguf(files, 'stories')
  const sources = 'read' in files ? [files] : files
  return tensorsOfShares(manifest, [2, 1], 'auto').map(async (tensors) => {
    const loader = collectWeights(tensors)
    await loadShard({ manifest, tensors, sources, cache: null, loader })
    return loader.finish()
  })
}

describe('a GGUF model in three files', () => {
  it.each([
    [0, 1, 2],
    [2, 0, 1],
  ])('is the model of the whole file, its parts given in the order %d, %d, %d', async (...order) => {
    const files = order.map((index) => part(index))
    const whole = await openGguf(diskSource(STORIES), 'stories')
    const { manifest, metadata } = await openGguf(files, 'stories')
    expect(manifest.config).toEqual(whole.manifest.config)
    expect(metadata).toMatchObject({ ...whole.metadata, kv_count: expect.anything(), tensor_count: expect.anything() })
    expect(manifest.sources.map((source) => source.size)).toEqual(files.map(({ size }) => size))
    for (const [key, tensor] of Object.entries(whole.manifest.tensors)) {
      const { type, rows, columns, byteLength } = tensor
      expect(manifest.tensors[key]).toMatchObject({ type, rows, columns, byteLength })
    }
    expect(new Set(Object.values(manifest.tensors).map(({ source }) => source)).size).toBe(3)
  })

  it('gives every rank the weights of the whole file', async () => {
    const wanted = await Promise.all(await weightsOf(diskSource(STORIES)))
    const found = await Promise.all(await weightsOf([part(1), part(2), part(0)]))
    for (const [rank, slices] of wanted.entries()) {
      expect([...found[rank]!.keys()].sort()).toEqual([...slices.keys()].sort())
      for (const [key, bytes] of slices) expect(Buffer.compare(found[rank]!.get(key)!, bytes), key).toBe(0)
    }
    expect(wanted[0]!.has(tensorKey({ role: 'down', layer: 4 }))).toBe(true)
  })

  it('is read where the first file holds metadata alone', async () => {
    const files = (await splitGguf(STORIES, [0, 40, 8])).map((bytes, index) => memorySource(bytes, `${index}.gguf`))
    const { manifest } = await openGguf(files, 'stories')
    expect(Object.values(manifest.tensors).some(({ source }) => source === 0)).toBe(false)
  })
})

describe('parts of a GGUF model are refused', () => {
  async function refusal(files: readonly ByteSource[]): Promise<string> {
    const error = await openGguf(files, 'x').then(
      () => null,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(ModelFormatError)
    return (error as ModelFormatError).message
  }

  it('where some are missing, with their names', async () => {
    expect(await refusal([part(0)])).toMatch(
      /stories-00001-of-00003\.gguf is one of 3 parts.*missing: stories-00002-of-00003\.gguf, stories-00003-of-00003\.gguf/,
    )
    expect(await refusal([part(2), part(1)])).toMatch(/missing: stories-00001-of-00003\.gguf\./)
    expect(await refusal([part(0, 'a.gguf'), part(2, 'c.gguf')])).toMatch(/missing: part 2\./)
  })

  it('where one is there twice', async () => {
    expect(await refusal([part(0), part(1), part(1, 'copy.gguf')])).toMatch(
      /copy\.gguf and stories-00002-of-00003\.gguf are both part 2/,
    )
  })

  it('where they are of two models, or a whole model is among them', async () => {
    const other = part(1, 'tales-00002-of-00003.gguf')
    expect(await refusal([part(0), other, part(2)])).toMatch(/parts of two models/)
    const [half] = await splitGguf(STORIES, [24, 24])
    expect(await refusal([part(1), memorySource(half!, 'half.gguf')])).toMatch(/one of 2,.*one of 3,.*two models/)
    expect(await refusal([part(0), diskSource(STORIES)])).toMatch(/stories260K\.gguf is a whole model/)
  })

  it('where they hold fewer tensors than they say, or one tensor twice', async () => {
    const [, , short] = await splitGguf(STORIES, [20, 17, 10])
    expect(await refusal([part(0), part(1), memorySource(short!, 'short.gguf')])).toMatch(/hold 47 tensors.*says 48/)
    const [, , late] = await splitGguf(STORIES, [20, 10, 18])
    expect(await refusal([part(0), part(1), memorySource(late!, 'late.gguf')])).toMatch(/both hold the tensor/)
  })

  it('where a part’s number makes no sense', async () => {
    const bytes = parts[1]!.slice()
    const at = Buffer.from(bytes).indexOf('split.no') + 'split.no'.length + 4
    bytes[at] = 7
    expect(await refusal([part(0), memorySource(bytes, 'odd.gguf')])).toMatch(/odd\.gguf says in split\.no.*7 of 3/)
  })
})

it('a file that says it is one of a trillion is refused, and no list is made of them', () => {
  const header = { metadata: { 'split.count': 1e12, 'split.no': 0 }, tensors: new Map() }
  expect(() => joinedMetadata([{ name: 'huge.gguf', header }])).toThrow(
    /huge\.gguf says in split\.count.*1000000000000/,
  )
})

describe('names of parts', () => {
  it('are all those that one of them implies', () => {
    expect(ggufPartNames('https://host/a/b-00002-of-00003.gguf')).toEqual(
      [1, 2, 3].map((number) => `https://host/a/b-0000${number}-of-00003.gguf`),
    )
    expect(ggufPartNames('model.gguf')).toEqual(['model.gguf'])
  })
})
