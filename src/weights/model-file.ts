// From a model's files to the manifest that everybody loads by.
import { ModelFormatError } from '../base/errors.ts'
import { MobileModelArchitectureParser } from '../model/architecture-parser.ts'
import type { ModelConfig } from '../model/config.ts'
import { fileShape, type ModelTensor, modelTensors, ropeFactorsTensor } from '../model/model-tensors.ts'
import { isVector, tensorKey } from '../model/tensor.ts'
import { type NamingScheme, type TensorPlace, tensorPlaces } from '../model/tensor-names.ts'
import { BLOCK_LAYOUT, isBlockType } from './block-types.ts'
import type { ByteSource } from './byte-source.ts'
import { readGgufHeader } from './gguf-header.ts'
import { joinedMetadata } from './gguf-parts.ts'
import type { FilePlace, ManifestSource, ManifestTensor, ModelManifest } from './manifest.ts'
import { type HeaderTensor, type ModelHeader, unsupportedType } from './model-header.ts'
import { readSafetensorsHeader } from './safetensors-header.ts'
import { contradiction, type Description } from './shape-contradiction.ts'

export interface OpenModel {
  manifest: ModelManifest
  /** GGUF's key-value pairs with the tokenizer and the chat template; of safetensors only the file's notes. JSON-safe. */
  metadata: Readonly<Record<string, unknown>>
}

/**
 * `files` is one file, or all parts of a split one in any order. Reads headers alone. Throws `ModelFormatError` for a damaged file, a part
 * that is missing, a family or a type that cannot be run, a missing tensor, a wrong shape.
 */
export async function openGguf(
  files: ByteSource | readonly ByteSource[],
  modelId: string,
  signal?: AbortSignal,
): Promise<OpenModel> {
  const parts = 'read' in files ? [files] : files
  const headers = await Promise.all(parts.map((file) => readGgufHeader(file, signal)))
  const metadata = joinedMetadata(parts.map(({ name }, index) => ({ name, header: headers[index]! })))
  const tensorNames = headers.flatMap(({ tensors }) => [...tensors.keys()])
  const config = new MobileModelArchitectureParser().fromGguf(metadata, tensorNames)
  const description = { source: 'its metadata', fields: metadata }
  return { manifest: manifestOf(modelId, { config, scheme: 'gguf', description }, parts, headers), metadata }
}

/** `config` is the parsed `config.json`; `files` are all shards, or the one file, in any order. Throws as `openGguf`. */
export async function openSafetensors(
  { config, files }: { config: unknown; files: readonly ByteSource[] },
  modelId: string,
  signal?: AbortSignal,
): Promise<OpenModel> {
  const headers: ModelHeader[] = []
  for (const file of files) headers.push(await readSafetensorsHeader(file, signal))
  const tensorNames = headers.flatMap(({ tensors }) => [...tensors.keys()])
  const parsed = new MobileModelArchitectureParser().readHuggingFace(config, tensorNames)
  const metadata = Object.assign({}, ...headers.map((header) => header.metadata)) as Record<string, unknown>
  const description = { source: 'config.json', fields: config as Readonly<Record<string, unknown>> }
  return { manifest: manifestOf(modelId, { ...parsed, description }, files, headers), metadata }
}

/** What the tensors are held to. */
interface Described {
  config: ModelConfig
  scheme: NamingScheme
  description: Description
}

function manifestOf(
  modelId: string,
  { config, scheme, description }: Described,
  files: readonly ByteSource[],
  headers: readonly ModelHeader[],
): ModelManifest {
  const find = (expected: ModelTensor) => {
    for (const place of tensorPlaces(scheme, expected, config)) {
      const source = headers.findIndex((header) => header.tensors.has(place.name))
      const tensor = headers[source]?.tensors.get(place.name)
      if (tensor) return { source, tensor, place }
    }
    return null
  }
  const wanted = modelTensors(config)
  const ropeFactors = ropeFactorsTensor(config)
  if (ropeFactors && find(ropeFactors)) wanted.push(ropeFactors)
  const tensors: Record<string, ManifestTensor> = {}
  for (const expected of wanted) {
    const found = find(expected)
    if (!found) {
      const fileNames = files.map((file) => file.name).join(', ')
      const name = tensorPlaces(scheme, expected, config)[0]?.name ?? tensorKey(expected)
      throw new ModelFormatError(
        `${fileNames} has no tensor ${name}, which a ${config.architecture} model of ${config.layerCount} layers needs. Is the file whole?`,
      )
    }
    tensors[tensorKey(expected)] = checked(files[found.source]!.name, expected, found, description)
  }
  const sources = files.map(({ origin, size, etag }): ManifestSource => ({ ...origin, size, etag }))
  return { modelId, config, sources, tensors }
}

function checked(
  fileName: string,
  expected: ModelTensor,
  { source, tensor, place }: { source: number; tensor: HeaderTensor; place: TensorPlace },
  description: Description,
): ManifestTensor {
  const { name, type, shape, offset, byteLength } = tensor
  const { rows, columns } = expected
  const within = placeWithin(expected, place)
  const lying = within
    ? isVector(expected.role)
      ? [within.columns]
      : [within.rows, within.columns]
    : fileShape(expected)
  if (shape.join() !== lying.join()) throw contradiction(fileName, tensor, lying, description)
  if (!isBlockType(type) || byteLength === null) throw unsupportedType(fileName, tensor)
  if (place.transposed && BLOCK_LAYOUT[type].blockSize > 1) {
    throw new ModelFormatError(`${fileName}: ${name} is transposed and quantized as ${type}, which cannot be cut.`)
  }
  return { name, source, type, rows, columns, offset, byteLength, ...(within && { within }) }
}

/** null where the file's tensor is ours as it stands. */
function placeWithin({ role, rows, columns }: ModelTensor, { transposed, fusedPart }: TensorPlace): FilePlace | null {
  if (!transposed && fusedPart === null) return null
  const parts = fusedPart === null ? 1 : 3
  const along = isVector(role) ? columns : rows
  const first = (fusedPart ?? 0) * along
  if (isVector(role)) return { rows: 1, columns: columns * parts, firstRow: 0, firstColumn: first, transposed: false }
  return transposed
    ? { rows: columns, columns: rows * parts, firstRow: 0, firstColumn: first, transposed }
    : { rows: rows * parts, columns, firstRow: first, firstColumn: 0, transposed }
}
