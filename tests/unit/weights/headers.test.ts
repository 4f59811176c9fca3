import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ModelFormatError } from '../../../src/base/errors.ts'
import { readGgufHeader } from '../../../src/weights/gguf-header.ts'
import { ggufReach } from '../../../src/weights/gguf-reach.ts'
import { openGguf, openSafetensors } from '../../../src/weights/model-file.ts'
import { readSafetensorsHeader, shardFiles } from '../../../src/weights/safetensors-header.ts'
import { defaultModelPath } from '../../support/default-model.ts'
import { diskSource, memorySource } from '../../support/memory-source.ts'

const STORIES = 'tests/fixtures/stories260K.gguf'
const stories = () => new Uint8Array(readFileSync(STORIES))

/** Where tensor `name`'s dimensions start in the header: 8 bytes of length, the name, 4 bytes of dimension count. */
function tensorInfo(
  bytes: Uint8Array,
  name: string,
): { view: DataView; dimensions: number; type: number; offset: number } {
  const at = Buffer.from(bytes).indexOf(name)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const count = view.getUint32(at + name.length, true)
  const dimensions = at + name.length + 4
  return { view, dimensions, type: dimensions + 8 * count, offset: dimensions + 8 * count + 4 }
}

async function refusal(promise: Promise<unknown>): Promise<ModelFormatError> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ModelFormatError)
  return error as ModelFormatError
}

describe('a GGUF header', () => {
  it('is read with its tokenizer, its tensors and their places', async () => {
    const source = diskSource(STORIES)
    const { metadata, tensors } = await readGgufHeader(source)
    expect(metadata['general.architecture']).toBe('llama')
    expect(metadata['tokenizer.ggml.tokens']).toHaveLength(512)
    expect(Object.keys(JSON.parse(JSON.stringify(metadata)))).toEqual(Object.keys(metadata))
    expect(tensors.get('blk.0.ffn_down.weight')).toMatchObject({
      type: 'F32',
      shape: [64, 172],
      byteLength: 64 * 172 * 4,
    })
    const end = Math.max(...[...tensors.values()].map(({ offset, byteLength }) => offset + byteLength!))
    expect(end).toBe(source.size)
  })

  it('of 1.7 MB costs at most 2.1 MB to read, none of it twice', async () => {
    const source = diskSource(defaultModelPath())
    const { tensors } = await readGgufHeader(source)
    expect(tensors.size).toBe(272)
    expect(source.downloadedBytes).toBeLessThanOrEqual(2 << 20)
  })

  it.each([STORIES, defaultModelPath()])(
    'ends where a walk over the lengths in %s says, however much of it is held',
    async (path) => {
      const source = diskSource(path)
      const first = Math.min(...[...(await readGgufHeader(source)).tensors.values()].map(({ offset }) => offset))
      const held = new Uint8Array(readFileSync(path).subarray(0, first))
      const end = ggufReach(held)
      expect(first - end).toBeGreaterThanOrEqual(0)
      expect(first - end).toBeLessThan(32)
      for (const part of [0, 4, 8, 23, 24, 40, 1000, end / 2, end - 1].map(Math.floor)) {
        const reach = ggufReach(held.subarray(0, part))
        expect(reach).toBeGreaterThan(part)
        expect(reach).toBeLessThanOrEqual(end)
      }
      expect(ggufReach(held.subarray(0, end))).toBe(end)
    },
  )

  it('names types that cannot be run without failing on them', async () => {
    const bytes = stories()
    const { view, type } = tensorInfo(bytes, 'blk.0.attn_k.weight')
    view.setUint32(type, 16, true)
    const { tensors } = await readGgufHeader(memorySource(bytes))
    expect(tensors.get('blk.0.attn_k.weight')).toMatchObject({ type: 'IQ2_XXS', byteLength: null })
  })

  it('is refused where a type packs more values together than a row has', async () => {
    const bytes = stories()
    const { view, type } = tensorInfo(bytes, 'blk.0.attn_k.weight')
    view.setUint32(type, 12, true)
    expect((await refusal(openGguf(memorySource(bytes), 'x'))).message).toMatch(
      /rows of blk\.0\.attn_k\.weight have 64 values, no multiple of the 256 that Q4_K packs/,
    )
  })

  it('is refused where the magic is wrong', async () => {
    const bytes = stories()
    bytes.set([0x50, 0x4b, 3, 4])
    expect((await refusal(openGguf(memorySource(bytes, 'x.gguf'), 'x'))).message).toMatch(/x\.gguf is no GGUF file.*PK/)
  })

  it.each([0, 3, 20, 1000, 9000])('is refused where the file ends after %d bytes', async (length) => {
    const error = await refusal(openGguf(memorySource(stories().subarray(0, length), 'cut.gguf'), 'x'))
    expect(error.message).toMatch(length < 4 ? /no GGUF file/ : new RegExp(`ends after ${length} bytes`))
  })

  it('is refused where the file ends inside a tensor, with the numbers', async () => {
    const bytes = stories()
    const error = await refusal(openGguf(memorySource(bytes.subarray(0, bytes.length - 100), 'cut.gguf'), 'x'))
    expect(error.message).toMatch(/1185180 bytes, but .* claims bytes \d+ to 1185280: the file is cut short/)
  })

  it('is refused where a tensor lies outside the file', async () => {
    const bytes = stories()
    const { view, offset } = tensorInfo(bytes, 'blk.2.attn_q.weight')
    view.setBigUint64(offset, 1n << 40n, true)
    expect((await refusal(openGguf(memorySource(bytes), 'x'))).message).toMatch(
      /blk\.2\.attn_q\.weight claims bytes 1099/,
    )
  })

  it('is refused where tensors lie over one another', async () => {
    const bytes = stories()
    const { view, offset } = tensorInfo(bytes, 'blk.2.attn_q.weight')
    view.setBigUint64(offset, view.getBigUint64(offset, true) - 64n, true)
    expect((await refusal(openGguf(memorySource(bytes), 'x'))).message).toMatch(/lies over/)
  })

  it('is refused where a tensor claims an absurd size', async () => {
    const bytes = stories()
    const { view, dimensions } = tensorInfo(bytes, 'blk.1.ffn_up.weight')
    view.setBigUint64(dimensions, 0xffffffffn, true)
    view.setBigUint64(dimensions + 8, 0xffffffffn, true)
    expect((await refusal(openGguf(memorySource(bytes), 'x'))).message).toMatch(/blk\.1\.ffn_up\.weight/)
  })

  it('is refused where it claims more tensors than there are', async () => {
    const bytes = stories()
    new DataView(bytes.buffer).setBigUint64(8, 1_000_000n, true)
    expect((await refusal(openGguf(memorySource(bytes), 'x'))).code).toBe('model-format')
  })

  it('is refused where bytes in its middle are damaged, without reading the whole file', async () => {
    const bytes = new Uint8Array(40 << 20)
    bytes.set(stories())
    new DataView(bytes.buffer).setUint32(24 + 8 + 'general.architecture'.length, 77, true)
    const source = memorySource(bytes)
    expect((await refusal(openGguf(source, 'x'))).message).toMatch(/Unsupported metadata type: 77/)
    expect(source.downloadedBytes).toBeLessThan(200_000)
  })

  it('is refused for an unsupported type, with the tensor, the type and what would do', async () => {
    const bytes = stories()
    const { view, type } = tensorInfo(bytes, 'blk.0.attn_k.weight')
    view.setUint32(type, 16, true)
    const error = await refusal(openGguf(memorySource(bytes, 's.gguf'), 'x'))
    expect(error.code).toBe('model-unsupported')
    expect(error.message).toMatch(
      /s\.gguf: blk\.0\.attn_k\.weight is of type IQ2_XXS.*F32, F16, BF16, Q8_0, Q4_0, Q4_1/,
    )
  })

  it('is refused where a tensor is missing or has another shape than the model implies', async () => {
    const missing = stories()
    missing[Buffer.from(missing).indexOf('blk.3.ffn_norm.weight')] = 0x62 + 1
    expect((await refusal(openGguf(memorySource(missing), 'x'))).message).toMatch(/no tensor blk\.3\.ffn_norm\.weight/)
    const turned = stories()
    const { view, dimensions } = tensorInfo(turned, 'blk.0.ffn_down.weight')
    view.setBigUint64(dimensions, 64n, true)
    view.setBigUint64(dimensions + 8, 172n, true)
    expect((await refusal(openGguf(memorySource(turned), 'x'))).message).toMatch(
      /blk\.0\.ffn_down\.weight has shape \[172, 64\].*implies \[64, 172\]/,
    )
  })
})

describe('a safetensors model', () => {
  it('is read from one file', async () => {
    const config = JSON.parse(readFileSync('tests/fixtures/llama-gqa/config.json', 'utf8'))
    const { manifest } = await openSafetensors(
      { config, files: [diskSource('tests/fixtures/llama-gqa/model.safetensors')] },
      'gqa',
    )
    expect(manifest.config.tiedEmbeddings).toBe(true)
    expect(manifest.tensors.output).toBeUndefined()
    expect(manifest.tensors['down.1']).toMatchObject({ source: 0, type: 'F32' })
  })

  it('is read from several files in any order', async () => {
    const index = readFileSync('tests/fixtures/qwen2/model.safetensors.index.json', 'utf8')
    const files = shardFiles(index)
    expect(files).toEqual(['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'])
    const headers = await Promise.all(
      files.map((file) => readSafetensorsHeader(diskSource(`tests/fixtures/qwen2/${file}`))),
    )
    const names = Object.keys(JSON.parse(index).weight_map)
    expect(names.every((name) => headers.some(({ tensors }) => tensors.has(name)))).toBe(true)
    expect(headers[0]!.tensors.values().next().value!.type).toBe('F16')
  })

  it('is refused where the file is cut short, has no header, or contradicts itself', async () => {
    const whole = new Uint8Array(readFileSync('tests/fixtures/llama-gqa/model.safetensors'))
    const cut = await refusal(readSafetensorsHeader(memorySource(whole.subarray(0, whole.length - 8), 'm.safetensors')))
    expect(cut.message).toMatch(/the file is cut short/)
    expect((await refusal(readSafetensorsHeader(memorySource(whole.subarray(0, 5))))).message).toMatch(/5 bytes/)
    const garbage = whole.slice()
    garbage[8] = 0x78
    expect((await refusal(readSafetensorsHeader(memorySource(garbage)))).message).toMatch(/no JSON/)
    const claims = whole.slice()
    new DataView(claims.buffer).setBigUint64(0, 1n << 50n, true)
    expect((await refusal(readSafetensorsHeader(memorySource(claims)))).message).toMatch(
      /claims 1125899906842624 bytes/,
    )
    const text = JSON.stringify({ a: { dtype: 'F32', shape: [2, 2], data_offsets: [0, 12] } })
    const wrong = new Uint8Array(8 + text.length + 16)
    new DataView(wrong.buffer).setBigUint64(0, BigInt(text.length), true)
    wrong.set(new TextEncoder().encode(text), 8)
    expect((await refusal(readSafetensorsHeader(memorySource(wrong)))).message).toMatch(/a has 12 bytes.*needs 16/)
  })
})
