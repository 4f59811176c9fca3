// A conversation as data: its turns, what of them the model is asked with, and their copy in this tab's session storage.
import * as v from 'valibot'

const Figures = v.object({
  timeToFirstTokenMs: v.nullable(v.number()),
  tokensPerSecond: v.nullable(v.number()),
  tokenCount: v.number(),
})

const Turn = v.object({
  role: v.picklist(['user', 'assistant']),
  content: v.string(),
  /** `stopped`: by a person or by a reload. `length`: the token limit or the context's end. */
  state: v.picklist(['streaming', 'done', 'stopped', 'length', 'failed']),
  figures: v.nullable(Figures),
  /** Of the oldest turns, how many no longer fitted the context when this was answered. */
  droppedTurns: v.number(),
  /** What went wrong, for people; with `failed` alone. */
  problem: v.nullable(v.string()),
})

export type Turn = Readonly<v.InferOutput<typeof Turn>>

const storageKey = 'headroom.conversation'

export function userTurn(content: string): Turn {
  return { role: 'user', content, state: 'done', figures: null, droppedTurns: 0, problem: null }
}

export function emptyAnswer(): Turn {
  return { role: 'assistant', content: '', state: 'streaming', figures: null, droppedTurns: 0, problem: null }
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

/** False when the browser keeps nothing for this page: the conversation then lives in memory alone. */
export function keepTurns(storage: Storage, turns: readonly Turn[]): boolean {
  try {
    storage.setItem(storageKey, JSON.stringify(turns))
    return true
  } catch (error) {
    if (error instanceof DOMException) return false
    throw error
  }
}

/** The kept conversation; an answer that a reload cut off comes back as stopped. Anything unreadable is no conversation. */
export function restoreTurns(storage: Storage): Turn[] {
  const text = storage.getItem(storageKey)
  if (text === null) return []
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    console.warn('The kept conversation is not JSON and is left out.', error)
    return []
  }
  const result = v.safeParse(v.array(Turn), json)
  if (!result.success) return []
  return result.output.map((turn) => (turn.state === 'streaming' ? { ...turn, state: 'stopped' } : turn))
}
