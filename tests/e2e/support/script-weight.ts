// What a page's scripts weigh as browsers fetch them, from the build's own manifest and source maps.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import * as v from 'valibot'

const Manifest = v.record(
  v.string(),
  v.object({
    file: v.string(),
    imports: v.optional(v.array(v.string()), []),
    dynamicImports: v.optional(v.array(v.string()), []),
  }),
)
const SourceMap = v.object({ sources: v.array(v.string()), sourcesContent: v.array(v.nullable(v.string())) })

export type Chunks = v.InferOutput<typeof Manifest>

export interface Weight {
  /** From the build's folder. */
  file: string
  gzipBytes: number
}

export function readChunks(webDirectory: string): Chunks {
  return v.parse(Manifest, JSON.parse(readFileSync(join(webDirectory, '.vite/manifest.json'), 'utf8')))
}

/** The scripts of these chunks and of all that they import before they run; keys as in the manifest. Throws for a key that is not there. */
export function weigh(webDirectory: string, chunks: Chunks, keys: readonly string[]): Weight[] {
  const files = new Set<string>()
  const add = (key: string) => {
    const chunk = chunks[key]
    if (!chunk) throw new Error(`The build has no chunk ${key}; it has ${Object.keys(chunks).join(', ')}.`)
    if (files.has(chunk.file)) return
    files.add(chunk.file)
    for (const imported of chunk.imports) add(imported)
  }
  for (const key of keys) add(key)
  return [...files]
    .map((file) => ({ file, gzipBytes: gzipSync(readFileSync(join(webDirectory, file))).length }))
    .sort((a, b) => b.gzipBytes - a.gzipBytes)
}

/** The longest sources of a script, before minifying: where to look when it is too heavy. None where it has no map, as helpers of the bundler. */
export function longestSources(webDirectory: string, file: string, count: number): string[] {
  const path = join(webDirectory, `${file}.map`)
  if (!existsSync(path)) return []
  const map = v.parse(SourceMap, JSON.parse(readFileSync(path, 'utf8')))
  return map.sources
    .map((source, index) => ({
      source: source.replace(/^.*?(node_modules|src|web)\//, '$1/'),
      length: map.sourcesContent[index]?.length ?? 0,
    }))
    .sort((a, b) => b.length - a.length)
    .slice(0, count)
    .map(({ source, length }) => `${source} (${(length / 1e3).toFixed(0)} kB)`)
}
