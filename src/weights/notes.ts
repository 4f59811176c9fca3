// Small JSON files beside the cache's own.
import * as v from 'valibot'
import type { Storage } from './storage.ts'

const NOTE = 'note-'

export function noteName(about: string): string {
  return NOTE + about
}

/** Of a file in the storage: is it no download? */
export function isNote(name: string): boolean {
  return name.startsWith(NOTE)
}

/** In a dedicated worker only. Another tab that is writing the same note may have the last word. */
export async function writeNote(storage: Storage, name: string, note: unknown): Promise<void> {
  const file = await storage.open(name)
  if (!file) return
  try {
    file.truncate(0)
    file.write(new TextEncoder().encode(JSON.stringify(note)), { at: 0 })
  } finally {
    file.close()
  }
}

/** null where it is damaged. Works in every thread. */
export async function readNote<const Schema extends v.GenericSchema>(
  storage: Storage,
  name: string,
  schema: Schema,
): Promise<v.InferOutput<Schema> | null> {
  const note = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), await storage.readText(name))
  return note.success ? note.output : null
}
