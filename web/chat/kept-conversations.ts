// The conversations that this browser keeps, as a list that is the same in all its tabs, and whether it keeps them at all.
import type { AnswerSettings } from './answer-settings.ts'
import type { ConversationRecord } from './conversation-record.ts'
import { ConversationStore, type StoredConversation } from './conversation-store.ts'
import { OtherTabs, type TabNews } from './other-tabs.ts'
import { askForStorage, isStoragePromised } from './storage-promise.ts'
import type { Turn } from './turn.ts'

export interface KeptListener {
  /** The list, the settings, or what the browser says has changed. */
  changed(): void
  /** Another tab has written this conversation. */
  writtenElsewhere(id: string): Promise<void>
  /** Another tab has deleted it. */
  deletedElsewhere(id: string): void
}

export class KeptConversations {
  /** The one used last comes first. */
  list: readonly ConversationRecord[] = []
  /** What somebody has set; null while nobody has. */
  settings: AnswerSettings | null = null
  /** False when a reload of the page would lose something. */
  works = true
  /** Has the browser promised not to clear them by itself? null where it does not say. */
  isPromised: boolean | null = null
  #store: ConversationStore | null = null
  #tabs: OtherTabs | null = null
  /** Grows with every change of this tab's own. */
  #changes = 0
  readonly #listener: KeptListener

  constructor(listener: KeptListener) {
    this.#listener = listener
  }

  /** Reads what is there. Never rejects: where nothing is kept, `works` is false. */
  async open(): Promise<void> {
    await this.#attempt(async () => {
      this.#store = await ConversationStore.open()
      this.#tabs = new OtherTabs((news) => void this.#attempt(() => this.#hear(news)))
      this.list = await this.#store.list()
      this.settings = await this.#store.readSettings()
      this.isPromised = await isStoragePromised()
    })
  }

  /** null for one that is not there or cannot be read. */
  async read(id: string): Promise<StoredConversation | null> {
    return (await this.#attempt(async () => this.#store?.read(id))) ?? null
  }

  keep(record: ConversationRecord, turns: readonly Turn[]): void {
    this.#changes++
    const others = this.list.filter(({ id }) => id !== record.id)
    this.list = [record, ...others].sort((a, b) => b.updatedAtMs - a.updatedAtMs)
    void this.#write({ kind: 'kept', conversationId: record.id }, (store) => store.write(record, turns))
  }

  forget(record: ConversationRecord, turns: readonly Turn[]): void {
    const ids = turns.map(({ id }) => id)
    void this.#write({ kind: 'kept', conversationId: record.id }, (store) => store.removeTurns(record, ids))
  }

  async remove(id: string): Promise<void> {
    this.#drop(id)
    await this.#write({ kind: 'deleted', conversationId: id }, (store) => store.remove(id))
  }

  set(settings: AnswerSettings | null): void {
    this.settings = settings
    void this.#write({ kind: 'settings' }, (store) => store.writeSettings(settings))
  }

  /** Ids of the conversations that have these words; null where nothing can be searched. */
  async search(words: string): Promise<ReadonlySet<string> | null> {
    return (await this.#attempt(async () => this.#store?.search(words))) ?? null
  }

  /** Asks the browser to keep them for good, unless it has promised that. */
  async askToKeep(): Promise<void> {
    if (!this.#store || this.isPromised === true) return
    this.isPromised = await askForStorage()
    this.#listener.changed()
  }

  close(): void {
    this.#tabs?.close()
    this.#tabs = null // What is still being written is told by nobody.
    this.#store?.close()
  }

  async #hear(news: TabNews): Promise<void> {
    if (!this.#store) return
    if (news.kind === 'settings') this.settings = await this.#store.readSettings()
    else if (news.kind === 'kept') {
      await this.#readList(this.#store)
      await this.#listener.writtenElsewhere(news.conversationId)
    } else {
      this.#drop(news.conversationId)
      await this.#store.remove(news.conversationId) // This tab may have written an answer's next words to it meanwhile.
      this.#listener.deletedElsewhere(news.conversationId)
    }
    this.#listener.changed()
  }

  async #readList(store: ConversationStore): Promise<void> {
    let before: number
    do {
      before = this.#changes
      this.list = await store.list()
    } while (before !== this.#changes)
  }

  #drop(id: string): void {
    this.#changes++
    this.list = this.list.filter((record) => record.id !== id)
  }

  async #write(news: TabNews, use: (store: ConversationStore) => Promise<void>): Promise<void> {
    await this.#attempt(async () => {
      if (!this.#store) return
      await use(this.#store)
      this.#tabs?.tell(news)
    })
  }

  /** null where the browser fails, which is told by `works`. */
  async #attempt<Result>(use: () => Promise<Result>): Promise<Result | null> {
    try {
      return await use()
    } catch (error) {
      console.warn('This browser does not keep the conversations.', error)
      this.works = false
      this.#listener.changed()
      return null
    }
  }
}
