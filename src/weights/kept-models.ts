// Which models' downloads are kept on this device: the cache's files have names of hashes, so a note beside them says, by the file's
// origin, whose they are and when they were last used. Where the notes cannot be written nothing stops: the downloads are then nobody's.
import * as v from 'valibot'
import { HeadroomError } from '../base/errors.ts'
import { isNote, noteName, readNote, writeNote } from './notes.ts'
import type { Storage } from './storage.ts'
import { forgetWhole } from './whole-models.ts'

/** Downloads of one model. */
export interface KeptModel {
  /** null: of models that nobody noted. */
  modelId: string | null
  byteLength: number
  /** When it was last loaded or looked at; null where that is not known. */
  usedAtMs: number | null
}

const noteSchema = v.object({ modelId: v.string(), usedAtMs: v.number() })

/** In a dedicated worker only. `origins` are the beginnings of the names of the files that the model's downloads are in. */
export async function noteUse(storage: Storage, origins: readonly string[], modelId: string): Promise<void> {
  for (const origin of origins) await writeNote(storage, noteName(origin), { modelId, usedAtMs: Date.now() })
}

/** Those used last first. Works in every thread. */
export async function keptModels(storage: Storage): Promise<KeptModel[]> {
  const files = await storage.list()
  const notes = await readNotes(storage, files)
  const models = new Map<string | null, KeptModel>()
  for (const { name, byteLength } of files) {
    if (isNote(name)) continue
    const note = notes.get(originOf(name))
    const modelId = note?.modelId ?? null
    const { byteLength: before, usedAtMs } = models.get(modelId) ?? { byteLength: 0, usedAtMs: null }
    const latestMs = note ? Math.max(note.usedAtMs, usedAtMs ?? 0) : usedAtMs
    models.set(modelId, { modelId, byteLength: before + byteLength, usedAtMs: latestMs })
  }
  return [...models.values()]
    .filter(({ byteLength }) => byteLength > 0)
    .sort((a, b) => (b.usedAtMs ?? 0) - (a.usedAtMs ?? 0))
}

/** Removes one model's downloads (null: those that nobody noted). Throws `bad-input` while a tab is loading it. Works in every thread. */
export async function forgetModel(storage: Storage, modelId: string | null): Promise<void> {
  const files = await storage.list()
  const notes = await readNotes(storage, files)
  if (modelId !== null) await forgetWhole(storage, modelId)
  let busy = 0
  for (const { name } of files) {
    if (isNote(name) || (notes.get(originOf(name))?.modelId ?? null) !== modelId) continue
    if (await storage.remove(name)) await storage.remove(noteName(originOf(name)))
    else busy++
  }
  if (busy === 0) return
  throw new HeadroomError(
    'bad-input',
    `${busy} of the downloads of ${modelId ?? 'this model'} cannot be removed while a tab of this browser is loading them. Wait until it has finished, or close it, and try again.`,
  )
}

type Note = v.InferOutput<typeof noteSchema>

/** By origin. A note that is damaged is none. */
async function readNotes(storage: Storage, files: readonly { name: string }[]): Promise<Map<string, Note>> {
  const notes = new Map<string, Note>()
  for (const { name } of files) {
    if (!isNote(name)) continue
    const note = await readNote(storage, name, noteSchema)
    if (note) notes.set(name.slice(noteName('').length), note)
  }
  return notes
}

function originOf(fileName: string): string {
  return fileName.slice(0, fileName.indexOf('-'))
}
