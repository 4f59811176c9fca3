// The leader opens a model: headers, tokenizer and template, from our mirror, any server with Range, or files on this device.
import { HeadroomError } from '../base/errors.ts'
import { readChatTemplate } from '../model/chat-template.ts'
import { tokenizerFromGguf } from '../model/gguf-tokenizer.ts'
import { tokenizerFromHuggingFace } from '../model/hugging-face-tokenizer.ts'
import { type ByteSource, readBytes } from '../weights/byte-source.ts'
import { openFileSource } from '../weights/file-source.ts'
import { openHttpSource } from '../weights/http-source.ts'
import { keptSource } from '../weights/kept-source.ts'
import type { ManifestSource, ModelManifest } from '../weights/manifest.ts'
import { mirrorUrlOf } from '../weights/mirror-protocol.ts'
import { openMirrorSource } from '../weights/mirror-source.ts'
import { openGguf, openSafetensors } from '../weights/model-file.ts'
import type { PeerFile } from '../weights/peer-source.ts'
import { openWeightCache } from '../weights/weight-cache.ts'
import type { ModelSource } from './engine-protocol.ts'
import type { Language } from './prompt.ts'

export interface OpenedFiles extends Language {
  manifest: ModelManifest
  /** In the order of `manifest.sources`. */
  sources: readonly ByteSource[]
}

interface NamedFile {
  /** The last part of its path. */
  name: string
  open(signal: AbortSignal): Promise<ByteSource>
}

/** Reads only headers and the small JSON files. Throws `ModelFormatError`, `model-not-found`, `download-failed`. */
export async function openModelSource(source: ModelSource, signal: AbortSignal): Promise<OpenedFiles> {
  const files = namedFiles(source)
  const find = (name: string) => files.find((file) => file.name === name)
  const ggufs = files.filter(({ name }) => name.endsWith('.gguf'))
  if (ggufs.length > 1)
    throw new HeadroomError(
      'model-unsupported',
      'A GGUF model in several files cannot be read yet. Take one in a single file.',
    )
  if (ggufs[0]) {
    const opened = await ggufs[0].open(signal)
    const { manifest, metadata } = await reading([opened], ([kept]) => openGguf(kept!, source.modelId, signal))
    const tokenizer = 'tokenizer.ggml.tokens' in metadata ? tokenizerFromGguf(metadata) : null
    return { manifest, sources: [opened], tokenizer, template: readChatTemplate(metadata) }
  }
  const config = find('config.json')
  const weights = files.filter(({ name }) => name.endsWith('.safetensors'))
  if (!config || weights.length === 0)
    throw new HeadroomError(
      'model-not-found',
      `${source.modelId} is neither a .gguf file nor a config.json with .safetensors files (${files.map(({ name }) => name).join(', ') || 'no files'}).`,
    )
  const json = async (name: string): Promise<unknown> => {
    const file = find(name)
    return file ? readJson(await file.open(signal), signal) : undefined
  }
  const sources = await Promise.all(weights.map((file) => file.open(signal)))
  const configJson = await json('config.json')
  const { manifest } = await reading(sources, (kept) =>
    openSafetensors({ config: configJson, files: kept }, source.modelId, signal),
  )
  const [tokenizerJson, tokenizerConfig, generationConfig] = await Promise.all(
    ['tokenizer.json', 'tokenizer_config.json', 'generation_config.json'].map(json),
  )
  const tokenizer =
    tokenizerJson === undefined ? null : tokenizerFromHuggingFace({ tokenizerJson, tokenizerConfig, generationConfig })
  const template = readChatTemplate((tokenizerConfig ?? {}) as Readonly<Record<string, unknown>>)
  return { manifest, sources, tokenizer, template }
}

/** Runs `read` on sources that keep what it reads; trouble with storage is told when the weights are loaded. */
async function reading<Result>(
  sources: readonly ByteSource[],
  read: (kept: readonly ByteSource[]) => Promise<Result>,
): Promise<Result> {
  const cache = await openWeightCache(sources, () => undefined)
  try {
    return await read(sources.map((source, index) => keptSource(source, cache, index)))
  } finally {
    cache.close()
  }
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
    case 'local':
      return openPeerFile(source)
  }
}

function namedFiles(source: ModelSource): NamedFile[] {
  const lastPart = (path: string) => path.slice(path.lastIndexOf('/') + 1)
  switch (source.kind) {
    case 'mirror':
      return source.paths.map((path) => ({
        name: lastPart(path),
        open: (signal) => openMirrorSource(mirrorUrlOf(source.baseUrl), path, { signal }),
      }))
    case 'http':
      return source.urls.map((url) => ({
        name: lastPart(new URL(url).pathname),
        open: (signal) => openHttpSource(url, { signal }),
      }))
    case 'files':
      return source.files.map((file) => ({ name: file.name, open: () => Promise.resolve(openFileSource(file)) }))
  }
}

async function readJson(source: ByteSource, signal: AbortSignal): Promise<unknown> {
  const bytes = await readBytes(source, { start: 0, end: source.size }, signal)
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new HeadroomError('model-format', `${source.name} is no JSON. Download it again.`, { cause })
  }
}
