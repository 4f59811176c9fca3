// The files of a seeded Hugging Face checkpoint.
import type { ByteSource } from '../../src/weights/byte-source.ts'
import { fixtureBytes, fixtureJson } from './fixture-files.ts'
import { memorySource } from './memory-source.ts'
import { type NamedTensor, readSafetensors } from './read-safetensors.ts'

const inTwoFiles = ['qwen2']

/** Paths of `tests/fixtures/<name>`'s weights. */
export function checkpointPaths(name: string): string[] {
  const files = inTwoFiles.includes(name)
    ? ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
    : ['model.safetensors']
  return files.map((file) => `tests/fixtures/${name}/${file}`)
}

export function checkpointConfig(name: string): Promise<unknown> {
  return fixtureJson(`tests/fixtures/${name}/config.json`)
}

export function checkpointSources(name: string): Promise<ByteSource[]> {
  return Promise.all(
    checkpointPaths(name).map(async (path) => memorySource(await fixtureBytes(path), path.split('/').pop())),
  )
}

/** All tensors in float32, whatever they are on disk. */
export async function checkpointTensors(name: string): Promise<Map<string, NamedTensor>> {
  const files = await Promise.all(checkpointPaths(name).map((path) => readSafetensors(path, ['F32', 'F16', 'BF16'])))
  return new Map(files.flatMap((tensors) => [...tensors]))
}
