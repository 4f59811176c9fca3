// All conversations of this device: which one is open, the list of the others, and what is kept of them.
import { HeadroomError } from '../../src/index.ts'
import { type AnswerSettings, settingsFor } from './answer-settings.ts'
import type { ChatCommand } from './chat-commands.ts'
import { Conversation, type ConversationContext } from './conversation.ts'
import { conversationsFile, markdownFile, readConversationsFile, saveFile } from './conversation-file.ts'
import type { ConversationRecord } from './conversation-record.ts'
import { ConversationStore, type StoredConversation } from './conversation-store.ts'
import type { LiveAnswer } from './live-answer.ts'
import { newId } from './new-id.ts'
import type { Turn } from './turn.ts'

export interface ShownTurn {
  turn: Turn
  /** Ids of all that stand in its place, itself among them, oldest first. */
  versions: readonly string[]
}

/** What the page shows of the conversations: a new object at every change. */
export interface ChatView {
  conversationId: string
  /** '' before the first question. */
  title: string
  turns: readonly ShownTurn[]
  live: LiveAnswer | null
  /** The one used last comes first. */
  list: readonly ConversationRecord[]
  /** What a search has found; null while nobody searches. */
  found: ReadonlySet<string> | null
  /** What somebody has set; null while nobody has. */
  settings: AnswerSettings | null
  /** False when a reload of the page would lose something. */
  kept: boolean
}

/** Where a tab remembers which conversation it has open. */
const openKey = 'headroom.open-conversation'

export class Conversations {
  readonly #context: ConversationContext
  readonly #tab: Storage
  readonly #changed: () => void
  readonly #restored: Promise<void>
  #store: ConversationStore | null = null
  #open: Conversation
  #list: readonly ConversationRecord[] = []
  #found: ReadonlySet<string> | null = null
  #searched = ''
  #settings: AnswerSettings | null = null
  #kept = true
  #view: ChatView | null = null
  /** Their answers may end after them. */
  readonly #deleted = new Set<string>()

  /** Restores what this device kept, and what this tab had open. `changed` is called at every change but a streamed piece. */
  constructor(system: ConversationContext['system'], tab: Storage, changed: () => void) {
    this.#tab = tab
    this.#changed = changed
    this.#context = {
      system,
      settings: () => settingsFor(this.#settings, system.view.model),
      changed: () => this.#show(),
      keep: (record, turns) => this.#keep(record, turns),
      forget: (record, turns) =>
        void this.#withStore((store) =>
          store.removeTurns(
            record,
            turns.map(({ id }) => id),
          ),
        ),
    }
    this.#open = new Conversation(this.#context)
    this.#restored = this.#restore()
  }

  get view(): ChatView {
    this.#view ??= {
      conversationId: this.#open.record.id,
      title: this.#open.record.title,
      turns: this.#open.path.map((turn) => ({ turn, versions: this.#open.versionsOf(turn) })),
      live: this.#open.live,
      list: this.#list,
      found: this.#found,
      settings: this.#settings,
      kept: this.#kept,
    }
    return this.#view
  }

  /** Throws `bad-input` for a file that holds no conversations. */
  async perform(command: ChatCommand): Promise<void> {
    await this.#restored
    switch (command.kind) {
      case 'send-prompt':
        return this.#open.send(command.text)
      case 'retry-answer':
        return this.#open.retry()
      case 'regenerate-answer':
        return this.#open.regenerate(command.turnId)
      case 'continue-answer':
        return this.#open.continueAnswer(command.turnId)
      case 'edit-prompt':
        return this.#open.edit(command.turnId, command.text)
      case 'stop-answer':
        return this.#open.stop()
      case 'show-version':
        return this.#open.show(command.turnId)
      case 'delete-turn':
        return this.#open.deleteTurn(command.turnId)
      case 'new-chat':
        return this.#switchTo(new Conversation(this.#context))
      case 'open-conversation':
        return this.#openKept(command.conversationId)
      case 'rename-conversation':
        return this.#rename(command.conversationId, command.title)
      case 'delete-conversation':
        return this.#delete(command.conversationId)
      case 'search-conversations':
        void this.#search(command.words) // The next search need not wait for this one.
        return
      case 'export-conversations':
        return saveFile(conversationsFile(await this.#all()))
      case 'export-markdown':
        return saveFile(markdownFile(this.#open.record, this.#open.path))
      case 'import-conversations':
        return this.#import(command.file)
      case 'set-answers':
        this.#settings = command.settings
        this.#show()
        void this.#withStore((store) => store.writeSettings(command.settings)) // A slider moves on meanwhile.
        return
    }
  }

  close(): void {
    this.#open.stop()
    void this.#restored.then(() => this.#store?.close())
  }

  async #restore(): Promise<void> {
    try {
      this.#store = await ConversationStore.open()
      this.#list = await this.#store.list()
      this.#settings = await this.#store.readSettings()
      const openId = this.#tab.getItem(openKey)
      const stored = openId === null ? null : await this.#store.read(openId)
      if (stored) this.#open = new Conversation(this.#context, stored)
    } catch (error) {
      this.#notKept(error)
    }
    this.#show()
  }

  #switchTo(conversation: Conversation): void {
    this.#open.stop()
    this.#open = conversation
    if (conversation.path.length === 0) this.#tab.removeItem(openKey)
    else this.#tab.setItem(openKey, conversation.record.id)
    this.#show()
  }

  async #openKept(id: string): Promise<void> {
    if (id === this.#open.record.id) return
    const stored = await this.#store?.read(id)
    if (!stored) throw new HeadroomError('bad-input', 'This conversation cannot be read any more. Choose another one.')
    this.#switchTo(new Conversation(this.#context, stored))
  }

  #rename(id: string, title: string): void {
    const record = this.#list.find((listed) => listed.id === id)
    if (!record) return
    if (id === this.#open.record.id) this.#open.rename(title)
    this.#keep({ ...record, title }, [])
    this.#show()
  }

  async #delete(id: string): Promise<void> {
    this.#deleted.add(id)
    if (id === this.#open.record.id) this.#switchTo(new Conversation(this.#context))
    this.#list = this.#list.filter((record) => record.id !== id)
    this.#show()
    await this.#withStore((store) => store.remove(id))
  }

  async #search(words: string): Promise<void> {
    this.#searched = words
    await this.#withStore(async (store) => {
      const found = words.trim() === '' ? null : await store.search(words)
      if (this.#searched === words) this.#found = found
    })
    this.#show()
  }

  async #all(): Promise<StoredConversation[]> {
    const { record, allTurns } = this.#open
    const others = this.#list.filter(({ id }) => id !== record.id)
    const read = await Promise.all(others.map(({ id }) => this.#store?.read(id)))
    const own = allTurns.length === 0 ? [] : [{ record, turns: allTurns }]
    return [...own, ...read.filter((stored) => stored != null)]
  }

  /** Adds; a conversation that is here already comes a second time, as a copy. */
  async #import(file: File): Promise<void> {
    for (const { record, turns } of await readConversationsFile(file)) {
      this.#deleted.delete(record.id)
      const isHere = this.#list.some(({ id }) => id === record.id)
      this.#keep(isHere ? { ...record, id: newId() } : record, turns)
    }
    this.#show()
  }

  #keep(record: ConversationRecord, turns: readonly Turn[]): void {
    // Deleted while it was being answered: it stays deleted.
    if (record.id !== this.#open.record.id && turns.length === 1 && !this.#list.some(({ id }) => id === record.id))
      return
    this.#list = [record, ...this.#list.filter(({ id }) => id !== record.id)].sort(
      (a, b) => b.updatedAtMs - a.updatedAtMs,
    )
    if (record.id === this.#open.record.id) this.#tab.setItem(openKey, record.id)
    void this.#withStore((store) => store.write(record, turns))
  }

  async #withStore(use: (store: ConversationStore) => Promise<void>): Promise<void> {
    if (!this.#store) return
    try {
      await use(this.#store)
    } catch (error) {
      this.#notKept(error)
    }
  }

  #notKept(error: unknown): void {
    console.warn('This browser does not keep the conversations.', error)
    this.#kept = false
    this.#show()
  }

  #show(): void {
    this.#view = null
    this.#changed()
  }
}
