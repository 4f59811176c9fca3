// The leader opens a model: headers, tokenizer and template, from our mirror, any server with Range, or files on this device.
import { HeadroomError, ModelFormatError } from '../base/errors.ts'
import { readChatTemplate } from '../model/chat-template.ts'
import { tokenizerFromGguf } from '../model/gguf-tokenizer.ts'
import { tokenizerFromHuggingFace } from '../model/hugging-face-tokenizer.ts'
import { type SamplingDefaults, samplingFromGenerationConfig, samplingFromGguf } from '../model/sampling-defaults.ts'
import {
  type ReadModelJson,
  type SentenceOptions,
  sentenceOptionsFromFolder,
  sentenceOptionsFromGguf,
} from '../model/sentence-options.ts'
import type { ByteSource } from '../weights/byte-source.ts'
import { generateModel } from '../weights/generated-model.ts'
import { generatedSource } from '../weights/generated-source.ts'
import { openHttpSource } from '../weights/http-source.ts'
import type { ManifestSource, ModelManifest } from '../weights/manifest.ts'
import { mirrorUrlOf } from '../weights/mirror-protocol.ts'
import { openMirrorSource } from '../weights/mirror-source.ts'
import { openGguf, openSafetensors } from '../weights/model-file.ts'
import type { PeerFile } from '../weights/peer-source.ts'
import { shardFiles } from '../weights/safetensors-header.ts'
import type { InspectedModel, ModelSource } from './engine-protocol.ts'
import { listed, type ModelFiles, modelFiles, reading } from './model-files.ts'
import type { Language } from './prompt.ts'

export interface OpenedFiles extends Language {
  manifest: ModelManifest
  /** In the order of `manifest.sources`. */
  sources: readonly ByteSource[]
  /** A small JSON file of the model's folder, by its path in it, such as `1_Pooling/config.json`; undefined where there is none. */
  readJson: ModelFiles['readJson']
  /** Once it is open: what opens it again from what this device keeps; null where it is not from a network. */
  kept: ModelFiles['kept']
  /** How an encoder's texts become vectors; null for models that generate. */
  sentence: SentenceOptions | null
  /** What its files say of sampling. */
  sampling: SamplingDefaults
}

/** Reads only headers and the small JSON files. Throws `ModelFormatError`, `model-not-found`, `download-failed`. */
export async function openModelSource(source: ModelSource, signal: AbortSignal): Promise<OpenedFiles> {
  if (source.kind === 'generated') {
    const model = generateModel(source.modelId, source.config, source.seed)
    const readJson = () => Promise.resolve(undefined)
    return {
      ...model,
      tokenizer: null,
      template: null,
      readJson,
      kept: () => null,
      sentence: await folderSentence(model.manifest, readJson),
      sampling: {},
    }
  }
  const { files, sources, manifest, metadata } = await readHeaders(source, signal)
  const { readJson, kept } = files
  if (metadata) {
    const tokenizer = 'tokenizer.ggml.tokens' in metadata ? tokenizerFromGguf(metadata) : null
    const { causal, architecture, contextLength } = manifest.config
    const sentence = causal ? null : sentenceOptionsFromGguf(architecture, metadata, contextLength)
    const sampling = samplingFromGguf(metadata)
    return { manifest, sources, tokenizer, template: readChatTemplate(metadata), readJson, kept, sentence, sampling }
  }
  const language = await checkpointLanguage(files, signal)
  const sentence = await folderSentence(manifest, (path) => readJson(path, signal))
  return { manifest, sources, ...language, readJson, kept, sentence }
}

/** What a plan needs of a model, and no more: neither tokenizer nor template. */
export async function inspectModel(source: ModelSource, signal: AbortSignal): Promise<InspectedModel> {
  const { manifest } =
    source.kind === 'generated'
      ? generateModel(source.modelId, source.config, source.seed)
      : await readHeaders(source, signal)
  return { modelId: source.modelId, manifest, config: manifest.config }
}

type FiledModel = Exclude<ModelSource, { kind: 'generated' }>

/** `metadata` is a GGUF file's; null for a checkpoint. */
async function readHeaders(source: FiledModel, signal: AbortSignal) {
  const files = modelFiles(source)
  const ggufs = files.paths.filter((path) => path.endsWith('.gguf'))
  const openAll = (paths: readonly string[]) => Promise.all(paths.map((path) => files.open(path, signal)))
  if (ggufs.length > 0) {
    const sources = await openAll(ggufs)
    return {
      files,
      sources,
      ...(await reading(sources, source.modelId, (kept) => openGguf(kept, source.modelId, signal))),
    }
  }
  const sources = await openAll(await weightPaths(source.modelId, files, signal))
  const config = await files.readJson('config.json', signal)
  const { manifest } = await reading(sources, source.modelId, (kept) =>
    openSafetensors({ config, files: kept }, source.modelId, signal),
  )
  return { files, sources, manifest, metadata: null }
}

const INDEX = 'model.safetensors.index.json'

/** The weight files of a checkpoint: those that its index names, or, without one, all beside its config. */
async function weightPaths(modelId: string, { paths, readText }: ModelFiles, signal: AbortSignal): Promise<string[]> {
  const beside = paths.filter((path) => /^[^/]+\.safetensors$/.test(path))
  if (!paths.includes('config.json') || beside.length === 0)
    throw new HeadroomError(
      'model-not-found',
      `${modelId} is neither a .gguf file nor a config.json with .safetensors files (${listed(paths)}).`,
    )
  const index = await readText(INDEX, signal)
  if (index === null) return beside
  const named = shardFiles(index, INDEX)
  const missing = named.find((path) => !beside.includes(path))
  if (missing === undefined) return named
  throw new ModelFormatError(
    `${INDEX} of ${modelId} names ${missing} in "weight_map", but there is no such file (${listed(beside)}). Add it, or fetch the model again.`,
  )
}

async function checkpointLanguage(
  files: ModelFiles,
  signal: AbortSignal,
): Promise<Language & Pick<OpenedFiles, 'sampling'>> {
  const [tokenizerJson, tokenizerConfig, generationConfig] = await Promise.all(
    ['tokenizer.json', 'tokenizer_config.json', 'generation_config.json'].map((path) => files.readJson(path, signal)),
  )
  const tokenizer =
    tokenizerJson === undefined ? null : tokenizerFromHuggingFace({ tokenizerJson, tokenizerConfig, generationConfig })
  const template = await files.readText('chat_template.jinja', signal)
  return {
    tokenizer,
    template: template ?? readChatTemplate((tokenizerConfig ?? {}) as Readonly<Record<string, unknown>>),
    sampling: samplingFromGenerationConfig(generationConfig),
  }
}

async function folderSentence({ config }: ModelManifest, read: ReadModelJson): Promise<SentenceOptions | null> {
  return config.causal ? null : sentenceOptionsFromFolder(read, config.contextLength)
}

export interface MemberWays {
  /** To the mirror. */
  baseUrl: string
  /** To a file that lies on the leader's device. */
  openPeerFile(file: PeerFile): ByteSource
}

/** A member opens the files the leader named, in its own ways. */
export async function openManifestSource(
  source: ManifestSource,
  { baseUrl, openPeerFile }: MemberWays,
  signal: AbortSignal,
): Promise<ByteSource> {
  switch (source.kind) {
    case 'mirror':
      return openMirrorSource(mirrorUrlOf(baseUrl), source.path, { signal })
    case 'http':
      return openHttpSource(source.url, { signal })
    case 'generated':
      return generatedSource(source, source.size)
    case 'local':
      return openPeerFile(source)
  }
}
