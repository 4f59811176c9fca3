// One turn of a conversation, and what the model is asked with. Turns form a tree: a regenerated answer and an edited question are
// siblings of what they replace, so nothing is lost.
import * as v from 'valibot'
import type { ErrorCode } from '../../src/index.ts'
import { enErrors } from '../texts/en-errors.ts'
import { newId } from './new-id.ts'
import { uniqueNowMs } from './unique-now.ts'

const figures = v.object({
  timeToFirstTokenMs: v.nullable(v.number()),
  tokensPerSecond: v.nullable(v.number()),
  tokenCount: v.number(),
  bytesPerToken: v.optional(v.nullable(v.number()), null),
  roundsPerToken: v.optional(v.nullable(v.number()), null),
})

const errorCodes = Object.keys(enErrors) as ErrorCode[]

const asker = v.object({ deviceId: v.pipe(v.string(), v.maxLength(64)), name: v.pipe(v.string(), v.maxLength(80)) })

const problem = v.object({ code: v.fallback(v.picklist(errorCodes), 'internal'), message: v.string() })
/** As it was kept when failures had no code. */
const bareMessage = v.pipe(
  v.string(),
  v.transform((message): v.InferOutput<typeof problem> => ({ code: 'internal', message })),
)

/** As it is kept and exported. */
export const turnSchema = v.object({
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  /** The turn it follows; null for the first. */
  parentId: v.nullable(v.string()),
  createdAtMs: v.pipe(v.number(), v.finite()),
  role: v.picklist(['user', 'assistant']),
  content: v.string(),
  /** `stopped`: by a person or by a reload. `length`: the token limit or the context's end. */
  state: v.picklist(['streaming', 'done', 'stopped', 'length', 'failed']),
  figures: v.nullable(figures),
  /** Of the oldest turns, how many no longer fitted the context when this was answered. */
  droppedTurns: v.number(),
  /** The guest that asked; null: whoever leads the room. */
  askedBy: v.optional(v.nullable(asker), null),
  /** What went wrong; with `failed` alone. */
  problem: v.nullable(v.union([problem, bareMessage])),
})

export type Turn = Readonly<v.InferOutput<typeof turnSchema>>

function newTurn(role: Turn['role'], parentId: string | null): Omit<Turn, 'content' | 'state'> {
  const nothingYet = { figures: null, droppedTurns: 0, askedBy: null, problem: null }
  return { id: newId(), parentId, createdAtMs: uniqueNowMs(), role, ...nothingYet }
}

export function userTurn(content: string, parentId: string | null = null, askedBy: Turn['askedBy'] = null): Turn {
  return { ...newTurn('user', parentId), content, state: 'done', askedBy }
}

export function emptyAnswer(parentId: string | null = null): Turn {
  return { ...newTurn('assistant', parentId), content: '', state: 'streaming' }
}

/** What the model is asked with: empty answers left out, neighbours of one role joined, since many templates insist on alternation. */
export function requestMessages(turns: readonly Turn[]): { role: 'user' | 'assistant'; content: string }[] {
  const messages: { role: 'user' | 'assistant'; content: string }[] = []
  for (const { role, content } of turns) {
    if (content === '') continue
    const last = messages.at(-1)
    if (last?.role === role) last.content += `\n\n${content}`
    else messages.push({ role, content })
  }
  return messages
}
