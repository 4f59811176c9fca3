// Conversations in this browser's IndexedDB and nowhere else. Turns are records of their own: what is written for a turn does not grow
// with its conversation, and two tabs that have one conversation open add to it side by side.
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import * as v from 'valibot'
import { answersInTheMaking } from './answer-lock.ts'
import { type AnswerSettings, readAnswerSettings } from './answer-settings.ts'
import { type ConversationRecord, conversationRecordSchema } from './conversation-record.ts'
import { type Turn, turnSchema } from './turn.ts'
import { rootedTurns } from './turn-tree.ts'

export const databaseName = 'headroom-conversations'

interface Tables extends DBSchema {
  conversations: { key: string; value: unknown }
  turns: { key: [string, string]; value: { conversationId: string; turn: unknown }; indexes: { conversation: string } }
  settings: { key: string; value: unknown }
}

export interface StoredConversation {
  record: ConversationRecord
  turns: readonly Turn[]
}

/** Every promise rejects with the browser's `DOMException` where it keeps nothing, or nothing more. */
export class ConversationStore {
  readonly #database: IDBPDatabase<Tables>

  private constructor(database: IDBPDatabase<Tables>) {
    this.#database = database
  }

  static async open(): Promise<ConversationStore> {
    const database = await openDB<Tables>(databaseName, 1, {
      upgrade(created) {
        created.createObjectStore('conversations')
        created.createObjectStore('turns').createIndex('conversation', 'conversationId')
        created.createObjectStore('settings')
      },
      blocking: (_before, _after, event) => {
        if (event.target instanceof IDBDatabase) event.target.close()
      },
    })
    return new ConversationStore(database)
  }

  /** The one used last comes first. What cannot be read is left out, and said in the console. */
  async list(): Promise<ConversationRecord[]> {
    const records = (await this.#database.getAll('conversations')).flatMap((value) => readRecord(value) ?? [])
    return records.sort((a, b) => b.updatedAtMs - a.updatedAtMs)
  }

  /** With all turns, oldest first. An answer that nobody writes any more comes back as stopped; null for a conversation that is not there or cannot be read. */
  async read(id: string): Promise<StoredConversation | null> {
    const record = readRecord(await this.#database.get('conversations', id))
    if (!record) return null
    const rows = await this.#database.getAllFromIndex('turns', 'conversation', id)
    const result = v.safeParse(
      v.array(turnSchema),
      rows.map(({ turn }) => turn),
    )
    if (!result.success) {
      console.warn(`The kept conversation ${id} cannot be read and is left alone: ${v.summarize(result.issues)}.`)
      return null
    }
    const inTheMaking = await answersInTheMaking()
    const turns = rootedTurns(result.output).map((turn) => (inTheMaking.has(turn.id) ? turn : asInterrupted(turn)))
    return { record, turns: turns.sort((a, b) => a.createdAtMs - b.createdAtMs) }
  }

  /** Adds and replaces these turns; others of the conversation stay. */
  async write(record: ConversationRecord, turns: readonly Turn[]): Promise<void> {
    const transaction = this.#database.transaction(['conversations', 'turns'], 'readwrite')
    const written = turns.map((turn) =>
      transaction.objectStore('turns').put({ conversationId: record.id, turn }, [record.id, turn.id]),
    )
    const kept = transaction.objectStore('conversations').put(record, record.id)
    transaction.commit() // A page that goes away now loses nothing of it.
    await Promise.all([...written, kept, transaction.done])
  }

  /** Writes the record and deletes these turns. */
  async removeTurns(record: ConversationRecord, turnIds: readonly string[]): Promise<void> {
    const transaction = this.#database.transaction(['conversations', 'turns'], 'readwrite')
    const deleted = turnIds.map((turnId) => transaction.objectStore('turns').delete([record.id, turnId]))
    await Promise.all([...deleted, transaction.objectStore('conversations').put(record, record.id), transaction.done])
  }

  async remove(id: string): Promise<void> {
    const transaction = this.#database.transaction(['conversations', 'turns'], 'readwrite')
    const keys = await transaction.objectStore('turns').index('conversation').getAllKeys(id)
    const deleted = keys.map((key) => transaction.objectStore('turns').delete(key))
    await Promise.all([...deleted, transaction.objectStore('conversations').delete(id), transaction.done])
  }

  /** Ids of the conversations in whose title or turns the words stand, whatever the case. */
  async search(words: string): Promise<Set<string>> {
    const wanted = words.trim().toLocaleLowerCase()
    const has = (text: string) => text.toLocaleLowerCase().includes(wanted)
    const found = new Set((await this.list()).filter(({ title }) => has(title)).map(({ id }) => id))
    for await (const { value } of this.#database.transaction('turns').store) {
      const turn = v.safeParse(turnSchema, value.turn)
      if (turn.success && has(turn.output.content)) found.add(value.conversationId)
    }
    return found
  }

  async readSettings(): Promise<AnswerSettings | null> {
    return readAnswerSettings(await this.#database.get('settings', 'answer'))
  }

  /** null: as nobody has set them. */
  async writeSettings(settings: AnswerSettings | null): Promise<void> {
    await this.#database.put('settings', settings, 'answer')
  }

  close(): void {
    this.#database.close()
  }
}

function readRecord(value: unknown): ConversationRecord | null {
  if (value === undefined) return null
  const result = v.safeParse(conversationRecordSchema, value)
  if (result.success) return result.output
  console.warn('A kept conversation cannot be read and is left alone.', v.summarize(result.issues))
  return null
}

function asInterrupted(turn: Turn): Turn {
  return turn.state === 'streaming' ? { ...turn, state: 'stopped' } : turn
}
