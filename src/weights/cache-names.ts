// How the cache's files are named: `<origin>-<version>-<slot>`, each part the beginning of a hash.
import type { ByteSource } from './byte-source.ts'
import { sha256Hex } from './digest.ts'

/** What the names of all versions of the source's file begin with. */
export function originName({ origin }: Pick<ByteSource, 'origin'>): Promise<string> {
  return shortHash(JSON.stringify(origin))
}

/** What the names of this version's files begin with, one for each tab; a number follows. */
export async function versionName(source: Pick<ByteSource, 'origin' | 'etag' | 'size'>): Promise<string> {
  return `${await originName(source)}-${await shortHash(`${source.etag} ${source.size}`)}-`
}

export async function shortHash(text: string): Promise<string> {
  return (await sha256Hex(new TextEncoder().encode(text))).slice(0, 24)
}
