// Conversations as files: JSON with every branch, or Markdown of what is shown. Both are read again, here or elsewhere.
import * as v from 'valibot'
import { PageRefusal } from '../failure.ts'
import { texts } from '../texts/texts.ts'
import { type ConversationRecord, conversationRecordSchema } from './conversation-record.ts'
import type { StoredConversation } from './conversation-store.ts'
import { markdownOf, readMarkdown } from './markdown-file.ts'
import { type Turn, turnSchema } from './turn.ts'
import { isTree } from './turn-tree.ts'

const formatName = 'headroom-conversations'
/** Far above what people write, far below what a tab holds. */
const maxFileBytes = 64 << 20

const fileSchema = v.object({
  format: v.literal(formatName),
  version: v.literal(1),
  conversations: v.array(v.object({ ...conversationRecordSchema.entries, turns: v.array(turnSchema) })),
})

export interface TextFile {
  name: string
  type: string
  text: string
}

export function conversationsFile(conversations: readonly StoredConversation[]): TextFile {
  const content: v.InferInput<typeof fileSchema> = {
    format: formatName,
    version: 1,
    conversations: conversations.map(({ record, turns }) => ({ ...record, turns: [...turns] })),
  }
  const day = new Date().toISOString().slice(0, 10)
  return { name: `headroom-${day}.json`, type: 'application/json', text: `${JSON.stringify(content, null, 2)}\n` }
}

/** All or nothing. Throws `PageRefusal` with the first thing that is wrong. */
export async function readConversationsFile(file: File): Promise<StoredConversation[]> {
  const words = texts.chat.notImported
  if (file.size > maxFileBytes) throw new PageRefusal(words.tooLarge(file.name, file.size, maxFileBytes))
  const text = await file.text()
  const written = readMarkdown(text)
  if (written) return [written]
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new PageRefusal(words.notJson(file.name), { cause })
  }
  const result = v.safeParse(fileSchema, json, { abortEarly: true })
  if (!result.success) throw new PageRefusal(words.notOurs(file.name, v.getDotPath(result.issues[0]) ?? ''))
  return result.output.conversations.map(({ turns, ...record }) => {
    if (!isTree(turns)) throw new PageRefusal(words.noTree(file.name, record.title))
    const interrupted = turns.map((turn) =>
      turn.state === 'streaming' ? { ...turn, state: 'stopped' as const } : turn,
    )
    return { record, turns: interrupted }
  })
}

/** The shown path. */
export function markdownFile(record: ConversationRecord, path: readonly Turn[]): TextFile {
  const { title, createdAtMs } = record
  const words = title.toLowerCase().match(/[\p{Letter}\p{Number}]+/gu) ?? [
    new Date(createdAtMs).toISOString().slice(0, 10),
  ]
  return {
    name: `${words.join('-').slice(0, 60)}.md`,
    type: 'text/markdown',
    text: markdownOf(record, path),
  }
}

/** Hands a file to the person, as downloads are. */
export function saveFile({ name, type, text }: TextFile): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
