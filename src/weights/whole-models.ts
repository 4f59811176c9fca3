// Which models this device keeps whole: beside the cache's files lies a note for each, with what a server would say of its files. By it
// a model is opened where no server answers. Written once every tensor is in the cache; not believed when a file of it is gone.
import * as v from 'valibot'
import { HeadroomError } from '../base/errors.ts'
import type { ByteSource } from './byte-source.ts'
import { shortHash, versionName } from './cache-names.ts'
import { noteName, readNote, writeNote } from './notes.ts'
import type { Storage } from './storage.ts'

const WHOLE = noteName('whole-')

const wholeSchema = v.object({
  modelId: v.string(),
  files: v.array(
    v.object({
      path: v.string(),
      origin: v.variant('kind', [
        v.object({ kind: v.literal('mirror'), path: v.string() }),
        v.object({ kind: v.literal('http'), url: v.string() }),
      ]),
      size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
      etag: v.string(),
    }),
  ),
})

/** A model of which every byte that one device needs is kept. JSON-safe. */
export type WholeModel = v.InferOutput<typeof wholeSchema>

/** `path` is the one in the model's folder. */
export type KeptFile = WholeModel['files'][number]

/** null for a file that the cache does not keep. */
export function keptFile(path: string, { origin, size, etag }: ByteSource): KeptFile | null {
  if (etag === null || (origin.kind !== 'mirror' && origin.kind !== 'http')) return null
  return { path, origin, size, etag }
}

/** In a dedicated worker only. */
export async function noteWhole(storage: Storage, model: WholeModel): Promise<void> {
  await writeNote(storage, await nameOf(model.modelId), model)
}

/** Works in every thread. */
export async function wholeModels(storage: Storage): Promise<WholeModel[]> {
  const names = (await storage.list()).map(({ name }) => name)
  const isThere = async (file: KeptFile) => names.includes(`${await versionName(file)}0`)
  const found: WholeModel[] = []
  for (const name of names) {
    const model = name.startsWith(WHOLE) ? await readNote(storage, name, wholeSchema) : null
    if (model && (await Promise.all(model.files.map(isThere))).every(Boolean)) found.push(model)
  }
  return found
}

/** Works in every thread. */
export async function forgetWhole(storage: Storage, modelId: string): Promise<void> {
  const name = await nameOf(modelId)
  if ((await storage.list()).some((file) => file.name === name)) await storage.remove(name)
}

/** A file of a whole model, as if from its server; only what the cache turns out not to have cannot be read. */
export function openKeptFile({ path, origin, size, etag }: KeptFile, modelId: string): ByteSource {
  return {
    origin,
    name: path.split('/').pop() ?? path,
    size,
    etag,
    verified: origin.kind === 'mirror' ? 'digest' : 'length-and-etag',
    downloadedBytes: 0,
    read({ start, end }) {
      throw new HeadroomError(
        'download-failed',
        `Of ${modelId}, ${end - start} bytes of ${path} from ${start} on are damaged or gone on this device, and its server does not answer. Load it again where the server is in reach: only these are fetched.`,
      )
    },
  }
}

async function nameOf(modelId: string): Promise<string> {
  return WHOLE + (await shortHash(modelId))
}
