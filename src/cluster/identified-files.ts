// Files of this device get an ETag, by which other devices ask for them and know what they have kept of them.
import type { ByteSource } from '../weights/byte-source.ts'
import { contentEtag } from '../weights/content-etag.ts'
import { canDigest } from '../weights/digest.ts'
import type { OpenedFiles } from './open-model.ts'

/** Reads each file of this device that has no ETag yet; without crypto.subtle there are no rooms, so nobody to tell it to. */
export async function identifiedFiles(opened: OpenedFiles, signal: AbortSignal): Promise<OpenedFiles> {
  const isUnknown = ({ origin, etag }: ByteSource) => origin.kind === 'local' && etag === null
  if (!canDigest() || !opened.sources.some(isUnknown)) return opened
  const { manifest } = opened
  const identify = async (source: ByteSource): Promise<ByteSource> =>
    isUnknown(source) ? { ...source, etag: await contentEtag(source, signal) } : source
  const sources = await Promise.all(opened.sources.map(identify))
  const described = manifest.sources.map((source, index) => ({ ...source, etag: sources[index]!.etag }))
  return { ...opened, sources, manifest: { ...manifest, sources: described } }
}
