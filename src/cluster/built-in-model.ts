// The small model that comes with the page itself (public/models): for a server without models, a static host, and no network at all.
import type { ModelSource } from './engine-protocol.ts'
import type { CatalogueModel } from './session-state.ts'

export const BUILT_IN_MODEL_ID = 'headroom-tiny'
const FILE = `${BUILT_IN_MODEL_ID}.gguf`

/** Read as a plain file: offline the service worker has its bytes, but no digests. */
export function builtInSource(serverUrl: string): ModelSource {
  const files = [{ path: FILE, url: addressAt(serverUrl) }]
  return { kind: 'http', modelId: BUILT_IN_MODEL_ID, files, token: null }
}

/** Null where the page's host has no such file, or gives no parts of it. */
export async function findBuiltInModel(serverUrl: string): Promise<CatalogueModel | null> {
  const response = await fetch(addressAt(serverUrl), { headers: { range: 'bytes=0-0' } }).catch(() => null)
  await response?.body?.cancel()
  const size = /^bytes 0-0\/(\d+)$/.exec(response?.headers.get('content-range') ?? '')?.[1]
  if (response?.status !== 206 || size === undefined) return null
  return { modelId: BUILT_IN_MODEL_ID, name: BUILT_IN_MODEL_ID, sizeBytes: Number(size), isDefault: true }
}

function addressAt(serverUrl: string): string {
  return new URL(`models/${BUILT_IN_MODEL_ID}/${FILE}`, serverUrl).href
}
