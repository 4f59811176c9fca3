// What is kept of a conversation besides its turns.
import * as v from 'valibot'
import { newId } from './new-id.ts'
import { uniqueNowMs } from './unique-now.ts'

export const conversationRecordSchema = v.object({
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  title: v.string(),
  createdAtMs: v.pipe(v.number(), v.finite()),
  updatedAtMs: v.pipe(v.number(), v.finite()),
  /** The last turn of the path that was shown; null before the first turn. */
  leafId: v.nullable(v.string()),
})

export type ConversationRecord = Readonly<v.InferOutput<typeof conversationRecordSchema>>

const maxTitleLength = 60

/** Untitled until somebody has written. */
export function newConversationRecord(): ConversationRecord {
  const now = uniqueNowMs()
  return { id: newId(), title: '', createdAtMs: now, updatedAtMs: now, leafId: null }
}

/** The first words of what somebody wrote. */
export function titleFrom(text: string): string {
  const line = text.trim().split('\n', 1)[0]!.trim()
  if (line.length <= maxTitleLength) return line
  const cut = line.slice(0, maxTitleLength)
  return `${cut.slice(0, cut.includes(' ') ? cut.lastIndexOf(' ') : undefined)}…`
}
