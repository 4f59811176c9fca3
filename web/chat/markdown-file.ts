// A conversation as Markdown: the shown path, to be read by people and to be taken in again. Whose a turn is stands in its heading, in a
// comment that no reader of Markdown shows, so that it can be read whatever the language of the page was.
import { texts } from '../texts/texts.ts'
import { type ConversationRecord, newConversationRecord } from './conversation-record.ts'
import type { StoredConversation } from './conversation-store.ts'
import { emptyAnswer, type Turn, userTurn } from './turn.ts'

const heading = /^## .*<!-- (question|answer) -->$/m
/** Lines of a turn that look like a heading of this file get one backslash more, and lose it again. */
const headingInside = /^(?=\\*## .*<!-- (?:question|answer) -->$)/gm
const escapedInside = /^\\(?=\\*## .*<!-- (?:question|answer) -->$)/gm

/** What the model wrote is Markdown already. */
export function markdownOf({ title }: ConversationRecord, path: readonly Turn[]): string {
  const { you, model } = texts.chat.exported
  const parts = path.map(({ role, askedBy, content }) => {
    const whose = role === 'user' ? (askedBy?.name.replace(/\s+/g, ' ') ?? you) : model
    const mark = role === 'user' ? 'question' : 'answer'
    return `## ${whose} <!-- ${mark} -->\n\n${content.trim().replace(headingInside, '\\')}`
  })
  return `${[`# ${title.replace(/\s+/g, ' ')}`, ...parts].join('\n\n')}\n`
}

/** null for a text that `markdownOf` has not made. */
export function readMarkdown(text: string): StoredConversation | null {
  const [head = '', ...marked] = text.replaceAll('\r\n', '\n').split(heading)
  if (!head.startsWith('# ') || marked.length === 0) return null
  const turns: Turn[] = []
  for (let at = 0; at < marked.length; at += 2) {
    const content = marked[at + 1]!.trim().replace(escapedInside, '')
    const parentId = turns.at(-1)?.id ?? null
    turns.push(
      marked[at] === 'question'
        ? userTurn(content, parentId)
        : { ...emptyAnswer(parentId), content, state: 'done' as const },
    )
  }
  const record = { ...newConversationRecord(), title: head.slice(2).trim(), leafId: turns.at(-1)?.id ?? null }
  return { record, turns }
}
