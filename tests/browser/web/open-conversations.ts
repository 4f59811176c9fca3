// Tabs of one browser with conversations, and what the browser keeps of them.
import { deleteDB } from 'idb'
import { onTestFinished } from 'vitest'
import type { ChatCommand } from '../../../web/chat/chat-commands.ts'
import { ConversationStore, databaseName } from '../../../web/chat/conversation-store.ts'
import { Conversations } from '../../../web/chat/conversations.ts'
import { SystemDouble } from './system-double.ts'

/** Before each test: nothing is kept in this browser. */
export async function forgetAll(): Promise<void> {
  sessionStorage.clear()
  await deleteDB(databaseName)
}

/** One tab of a browser, closed after the test. */
export function open(system = new SystemDouble()) {
  const chats = new Conversations(system, sessionStorage, () => undefined)
  onTestFinished(() => chats.close())
  const run = (command: ChatCommand) => chats.perform(command)
  const ask = (text: string, answer: string) => {
    system.answer = [answer]
    return run({ kind: 'send-prompt', text })
  }
  const shown = () => chats.view.turns.map(({ turn }) => turn.content)
  const turn = (index: number) => chats.view.turns.at(index)!
  return { chats, system, run, ask, shown, turn }
}

/** What the browser keeps. */
export async function asKept() {
  const store = await ConversationStore.open()
  const list = await store.list()
  const all = await Promise.all(list.map(({ id }) => store.read(id)))
  store.close()
  return all.map((stored) => stored!)
}
