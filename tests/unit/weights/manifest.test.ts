import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { HeadroomError } from '../../../src/base/errors.ts'
import { type ModelManifest, parseManifest } from '../../../src/weights/manifest.ts'
import { openGguf } from '../../../src/weights/model-file.ts'
import { diskSource } from '../../support/memory-source.ts'

let manifest: ModelManifest
beforeAll(async () => {
  manifest = (await openGguf(diskSource('tests/fixtures/stories260K.gguf'), 'stories')).manifest
})

/** A copy with one change, as it would come over the network. */
function changed(path: string, value: unknown): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(manifest))
  const keys = path.split('/')
  const last = keys.pop()!
  const parent = keys.reduce((object, key) => (object as Record<string, unknown>)[key], copy) as Record<string, unknown>
  if (value === undefined) delete parent[last]
  else parent[last] = value
  return copy
}

/** Of a matrix of 64 rows and columns. */
const place = (change: object) => ({ rows: 64, columns: 64, firstRow: 0, firstColumn: 0, transposed: false, ...change })
const blocks = { name: 'x', source: 0, type: 'Q8_0', rows: 64, columns: 64, offset: 0, byteLength: 64 * 2 * 34 }

describe('a manifest', () => {
  it('is the same after the network', () => {
    expect(parseManifest(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest)
  })

  it.each<[string, string, unknown, RegExp]>([
    ['a tensor past the end of its file', 'tensors/query.2/offset', 1_185_000, /query\.2 ends at byte/],
    ['an offset that is no whole number', 'tensors/query.2/offset', 0.5, /offset/],
    ['a negative offset', 'tensors/query.2/offset', -4, /offset/],
    ['a length that does not fit the shape', 'tensors/query.2/byteLength', 1 << 30, /said to take 1073741824 bytes/],
    [
      'a shape that the model does not have',
      'tensors/down.0/columns',
      176,
      /down\.0 is \[64, 176\], the model's is \[64, 172\]/,
    ],
    ['a type whose blocks do not fit', 'tensors/down.0/type', 'Q8_0', /down\.0 is said to take/],
    ['an unknown type', 'tensors/query.2/type', 'IQ1_S', /type/],
    ['a file that is not listed', 'tensors/query.2/source', 1, /file 1 of 1/],
    ['a missing tensor', 'tensors/value.4', undefined, /value\.4 is missing/],
    [
      'a tensor too many',
      'tensors/query.99',
      { name: 'x', source: 0, type: 'F32', rows: 1, columns: 1, offset: 0, byteLength: 4 },
      /lists 49 tensors/,
    ],
    ['absurd layers', 'config/layerCount', 1e9, /layerCount/],
    ['an absurd vocabulary', 'config/vocabSize', 4_000_000, /tokenEmbedding is/],
    ['heads that do not divide', 'config/kvHeadCount', 3, /heads that do not divide/],
    [
      'a path that leads out of the mirror',
      'sources/0',
      { kind: 'mirror', path: '../secret', size: 9e6, etag: null },
      /plain relative path/,
    ],
    [
      'an absolute path',
      'sources/0',
      { kind: 'mirror', path: '/etc/passwd', size: 9e6, etag: null },
      /plain relative path/,
    ],
    [
      'an address that is none',
      'sources/0',
      { kind: 'http', url: 'javascript:alert(1)', size: 9e6, etag: null },
      /http address/,
    ],
    [
      'generated weights without a spread',
      'sources/0',
      { kind: 'generated', seed: 1, mean: 0, deviation: 0, size: 9e6, etag: null },
      /deviation/,
    ],
    [
      'a place past the end of the file’s tensor',
      'tensors/query.2/within',
      place({ firstRow: 1 }),
      /query\.2 lies outside/,
    ],
    [
      'a place in a larger tensor than its bytes',
      'tensors/query.2/within',
      place({ rows: 192 }),
      /said to take 16384 bytes/,
    ],
    ['a place in an absurd tensor', 'tensors/query.2/within', place({ rows: 2 ** 52 }), /said to take 16384 bytes/],
    [
      'blocks that lie across its rows',
      'tensors/query.2',
      { ...blocks, within: place({ transposed: true }) },
      /query\.2 lies outside/,
    ],
    ['another kind of file', 'sources/0/kind', 'ftp', /kind/],
    ['no files', 'sources', [], /sources/],
  ])('with %s is refused', (_, path, value, words) => {
    expect(() => parseManifest(changed(path, value))).toThrow(words)
  })

  it('of any other shape is refused, never half believed', () => {
    fc.assert(
      fc.property(fc.anything(), (input) => {
        expect(() => parseManifest(input)).toThrow(HeadroomError)
      }),
      { seed: 2 },
    )
  })
})
