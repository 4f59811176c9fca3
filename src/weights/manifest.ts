// What the leader hands every member so that no one else reads headers: where each tensor lies. A member trusts none of it: whatever
// passes `parseManifest` reads only inside the files it names and is no larger than they are.
import * as v from 'valibot'
import { HeadroomError, ModelFormatError } from '../base/errors.ts'
import type { ModelConfig } from '../model/config.ts'
import { type ModelTensor, modelTensors, ropeFactorsTensor } from '../model/model-tensors.ts'
import { tensorKey } from '../model/tensor.ts'
import { BLOCK_LAYOUT, BLOCK_TYPES, type BlockType, fileBytesOf } from './block-types.ts'
import type { ByteSource, SourceOrigin } from './byte-source.ts'
import { modelConfigSchema } from './manifest-config.ts'
import { isMirrorPath } from './mirror-protocol.ts'

/** One whole tensor of the model and the tensor of a file that it is, or lies in. */
export interface ManifestTensor {
  /** Of the file's tensor, in its file. */
  name: string
  /** Index into `sources`. */
  source: number
  type: BlockType
  rows: number
  columns: number
  /** Of the file's tensor, from the start of the file. */
  offset: number
  byteLength: number
  /** Where the file's tensor is not this one as it stands. */
  within?: FilePlace | undefined
}

/** A larger or a transposed tensor: GPT-2's fused Q, K, V and its matrices with inputs as rows. */
export interface FilePlace {
  /** Of the file's tensor, as it lies there; vectors are one row. */
  rows: number
  columns: number
  /** Row and column in it where ours begins. */
  firstRow: number
  firstColumn: number
  /** The file's rows are our columns. */
  transposed: boolean
}

/** The file's tensor that `tensor` lies in. */
export function placeInFile({ rows, columns, within }: Pick<ManifestTensor, 'rows' | 'columns' | 'within'>): FilePlace {
  return within ?? { rows, columns, firstRow: 0, firstColumn: 0, transposed: false }
}

export type ManifestSource = SourceOrigin & { size: number; etag: string | null }

/** One model's files and tensors. JSON-safe. */
export interface ModelManifest {
  modelId: string
  config: ModelConfig
  sources: readonly ManifestSource[]
  /** By `tensorKey`; with tied embeddings there is no `output`. */
  tensors: Readonly<Record<string, ManifestTensor>>
}

const byteCount = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const positive = v.pipe(v.number(), v.finite(), v.gtValue(0))
const file = { size: byteCount, etag: v.nullable(v.pipe(v.string(), v.maxLength(200), v.regex(/^"[^"\p{Cc}]*"$/u))) }
const mirrorPath = v.pipe(v.string(), v.check(isMirrorPath, 'no plain relative path'))
const httpUrl = v.pipe(v.string(), v.maxLength(2000), v.url(), v.regex(/^https?:\/\//, 'no http address'))

const sourceSchema = v.variant('kind', [
  v.object({ kind: v.literal('mirror'), path: mirrorPath, ...file }),
  v.object({ kind: v.literal('http'), url: httpUrl, ...file }),
  v.object({ kind: v.literal('local'), path: v.pipe(v.string(), v.maxLength(400)), ...file }),
  v.object({
    kind: v.literal('generated'),
    seed: byteCount,
    mean: v.pipe(v.number(), v.finite()),
    deviation: positive,
    ...file,
  }),
])

const tensorSchema = v.object({
  name: v.pipe(v.string(), v.maxLength(200)),
  source: byteCount,
  type: v.picklist(BLOCK_TYPES),
  rows: byteCount,
  columns: byteCount,
  offset: byteCount,
  byteLength: byteCount,
  within: v.optional(
    v.object({
      rows: byteCount,
      columns: byteCount,
      firstRow: byteCount,
      firstColumn: byteCount,
      transposed: v.boolean(),
    }),
  ),
})

const manifestSchema = v.object({
  modelId: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  config: modelConfigSchema,
  sources: v.pipe(v.array(sourceSchema), v.minLength(1), v.maxLength(1000)),
  tensors: v.record(v.string(), tensorSchema),
})

/** Throws `bad-message` for a manifest that is no such thing, misses or adds a tensor, or leads outside its files. */
export function parseManifest(input: unknown): ModelManifest {
  const result = v.safeParse(manifestSchema, input, { abortEarly: true })
  if (!result.success) {
    const [issue] = result.issues
    throw refused(`"${v.getDotPath(issue) ?? 'the whole'}": ${issue.message}`)
  }
  const { modelId, config, sources, tensors } = result.output
  const ropeFactors = ropeFactorsTensor(config)
  const expected = modelTensors(config)
  if (ropeFactors && tensorKey(ropeFactors) in tensors) expected.push(ropeFactors)
  for (const tensor of expected) checkTensor(tensor, tensors[tensorKey(tensor)], sources)
  if (Object.keys(tensors).length !== expected.length) {
    throw refused(`it lists ${Object.keys(tensors).length} tensors where the model has ${expected.length}`)
  }
  return { modelId, config, sources, tensors }
}

function checkTensor(
  expected: ModelTensor,
  found: ManifestTensor | undefined,
  sources: readonly ManifestSource[],
): void {
  const key = tensorKey(expected)
  if (!found) throw refused(`${key} is missing`)
  const { type, rows, columns, offset, byteLength } = found
  if (rows !== expected.rows || columns !== expected.columns) {
    throw refused(`${key} is [${rows}, ${columns}], the model's is [${expected.rows}, ${expected.columns}]`)
  }
  const size = sources[found.source]?.size
  if (size === undefined) throw refused(`${key} lies in file ${found.source} of ${sources.length}`)
  const place = placeInFile(found)
  const { blockSize } = BLOCK_LAYOUT[type]
  if (place.columns % blockSize !== 0 || byteLength !== fileBytesOf(type, place.rows, place.columns)) {
    throw refused(`${key} is said to take ${byteLength} bytes as ${type} [${place.rows}, ${place.columns}]`)
  }
  const [height, width] = place.transposed ? [columns, rows] : [rows, columns]
  const inside = place.firstRow + height <= place.rows && place.firstColumn + width <= place.columns
  const whole = blockSize === 1 || (!place.transposed && place.firstColumn === 0 && width === place.columns)
  if (!inside || !whole) throw refused(`${key} lies outside the file's tensor [${place.rows}, ${place.columns}]`)
  if (offset + byteLength > size) throw refused(`${key} ends at byte ${offset + byteLength} of a file of ${size}`)
}

function refused(how: string): HeadroomError {
  return new HeadroomError(
    'bad-message',
    `The leader's list of the model's tensors makes no sense: ${how}. Nothing was loaded. Do leader and this device run one version? Reload both.`,
  )
}

/**
 * Throws `download-failed` where `sources` are not the files that the manifest describes (size, and ETag where both know one). Call it
 * before anything is sized by the manifest.
 */
export function checkSources(manifest: ModelManifest, sources: readonly ByteSource[]): void {
  for (const [index, { size, etag }] of manifest.sources.entries()) {
    const source = sources[index]
    if (!source) throw new HeadroomError('internal', `File ${index} of ${manifest.modelId} was not opened.`)
    const sameEtag = etag === null || source.etag === null || etag === source.etag
    if (size === source.size && sameEtag) continue
    throw new HeadroomError(
      'download-failed',
      `${source.name} is not the file that the leader opened: ${source.size} bytes, ETag ${source.etag}, there ${size} bytes, ETag ${etag}. It changed on the server; the leader must load the model again.`,
    )
  }
}

/** The part of a file's tensor that a `ShardTensor` is cut from. With tied embeddings the output head is the embedding's. */
export function manifestTensor(manifest: ModelManifest, tensor: Pick<ModelTensor, 'role' | 'layer'>): ManifestTensor {
  const tied = tensor.role === 'output' && manifest.config.tiedEmbeddings
  const key = tied ? 'tokenEmbedding' : tensorKey(tensor)
  const found = manifest.tensors[key]
  if (found) return found
  throw new ModelFormatError(`${manifest.modelId} has no tensor ${key}.`)
}
