// From a model's files to the manifest that everybody loads by.
import { ModelFormatError } from '../base/errors.ts'
import { MobileModelArchitectureParser } from '../model/architecture-parser.ts'
import type { ModelConfig } from '../model/config.ts'
import { tensorKey } from '../model/tensor.ts'
import { type NamingScheme, tensorName } from '../model/tensor-names.ts'
import { isBlockType } from './block-types.ts'
import type { ByteSource } from './byte-source.ts'
import { readGgufHeader } from './gguf-header.ts'
import type { ManifestSource, ManifestTensor, ModelManifest } from './manifest.ts'
import { type HeaderTensor, type ModelHeader, unsupportedType } from './model-header.ts'
import { isVectorKey, type ModelTensor, neededTensors, ropeFactorsTensor } from './model-tensors.ts'
import { readSafetensorsHeader } from './safetensors-header.ts'

export interface OpenModel {
  manifest: ModelManifest
  /** GGUF's key-value pairs with the tokenizer and the chat template; of safetensors only the file's notes. JSON-safe. */
  metadata: Readonly<Record<string, unknown>>
}

/** Reads the header alone. Throws `ModelFormatError` for a damaged file, a family or a type that cannot be run, a missing tensor, a wrong shape. */
export async function openGguf(source: ByteSource, modelId: string, signal?: AbortSignal): Promise<OpenModel> {
  const header = await readGgufHeader(source, signal)
  const config = new MobileModelArchitectureParser().fromGguf(header.metadata, header.tensors.keys())
  return { manifest: manifestOf(modelId, config, 'gguf', [source], [header]), metadata: header.metadata }
}

/** `config` is the parsed `config.json`; `files` are all shards, or the one file, in any order. Throws as `openGguf`. */
export async function openSafetensors(
  { config, files }: { config: unknown; files: readonly ByteSource[] },
  modelId: string,
  signal?: AbortSignal,
): Promise<OpenModel> {
  const parsed = new MobileModelArchitectureParser().fromHuggingFace(config)
  const headers: ModelHeader[] = []
  for (const file of files) headers.push(await readSafetensorsHeader(file, signal))
  const metadata = Object.assign({}, ...headers.map((header) => header.metadata)) as Record<string, unknown>
  return { manifest: manifestOf(modelId, parsed, 'huggingFace', files, headers), metadata }
}

function manifestOf(
  modelId: string,
  config: ModelConfig,
  scheme: NamingScheme,
  files: readonly ByteSource[],
  headers: readonly ModelHeader[],
): ModelManifest {
  const find = (name: string) => {
    const source = headers.findIndex((header) => header.tensors.has(name))
    const tensor = headers[source]?.tensors.get(name)
    return tensor && { source, tensor }
  }
  const wanted = neededTensors(config)
  const ropeFactors = ropeFactorsTensor(config)
  if (scheme === 'gguf' && find(tensorName(scheme, ropeFactors))) wanted.push(ropeFactors)
  const tensors: Record<string, ManifestTensor> = {}
  for (const expected of wanted) {
    const name = tensorName(scheme, expected)
    const found = find(name)
    const fileNames = files.map((file) => file.name).join(', ')
    if (!found) {
      throw new ModelFormatError(
        `${fileNames} has no tensor ${name}, which a ${config.architecture} model of ${config.layerCount} layers needs. Is the file whole?`,
      )
    }
    tensors[tensorKey(expected)] = checked(files[found.source]!.name, expected, found.tensor, found.source)
  }
  const sources = files.map(({ origin, size, etag }): ManifestSource => ({ ...origin, size, etag }))
  return { modelId, config, sources, tensors }
}

function checked(fileName: string, expected: ModelTensor, tensor: HeaderTensor, source: number): ManifestTensor {
  const { name, type, shape, offset, byteLength } = tensor
  const { rows, columns } = expected
  const wanted = isVectorKey(tensorKey(expected)) ? [columns] : [rows, columns]
  if (shape.join() !== wanted.join()) {
    throw new ModelFormatError(
      `${fileName}: ${name} has shape [${shape.join(', ')}], but the model's description implies [${wanted.join(', ')}]. The file is damaged or of a kind that cannot be run yet.`,
    )
  }
  if (!isBlockType(type) || byteLength === null) throw unsupportedType(fileName, tensor)
  return { source, type, rows, columns, offset, byteLength }
}
