// All conversations of this device: which one this tab has open, and what people ask of them.
import { PageRefusal } from '../failure.ts'
import { texts } from '../texts/texts.ts'
import { type AnswerSettings, settingsFor } from './answer-settings.ts'
import type { AnswerTokens } from './answer-tokens.ts'
import type { ChatCommand } from './chat-commands.ts'
import { Conversation, type ConversationContext } from './conversation.ts'
import { conversationsFile, markdownFile, readConversationsFile, saveFile } from './conversation-file.ts'
import type { ConversationRecord } from './conversation-record.ts'
import type { StoredConversation } from './conversation-store.ts'
import { KeptConversations } from './kept-conversations.ts'
import type { LiveAnswer } from './live-answer.ts'
import { newId } from './new-id.ts'
import { OthersAnswers } from './others-answers.ts'
import { type DeskSystem, QuestionDesk } from './question-desk.ts'
import type { Turn } from './turn.ts'

export interface ShownTurn {
  turn: Turn
  /** Ids of all that stand in its place, itself among them, oldest first. */
  versions: readonly string[]
  /** What is known of an answer's tokens; null where nothing is. */
  tokens: AnswerTokens | null
}

/** What was deleted last, and can be had back until something else is begun. */
export interface Deletion {
  kind: 'turns' | 'conversation'
  /** The conversation's. */
  title: string
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
  deleted: Deletion | null
  /** False when a reload of the page would lose something. */
  kept: boolean
  /** Has the browser promised not to clear the conversations by itself? null where it does not say. */
  promised: boolean | null
}

/** Where a tab remembers which conversation it has open. */
const openKey = 'headroom.open-conversation'

/** What leaves the last deletion in reach. */
const passing: ReadonlySet<ChatCommand['kind']> = new Set([
  'show-version',
  'search-conversations',
  'export-conversations',
  'export-markdown',
  'set-answers',
])

export class Conversations {
  readonly #context: ConversationContext
  readonly #tab: Storage
  readonly #changed: () => void
  readonly #restored: Promise<void>
  readonly #kept: KeptConversations
  readonly #others = new OthersAnswers(() => void this.#mergeOpen(this.#open.record.id))
  #desk: QuestionDesk | null = null
  #open: Conversation
  #found: ReadonlySet<string> | null = null
  #searched = ''
  #deleted: (Deletion & { undo(): void }) | null = null
  #view: ChatView | null = null

  /** Restores what this device kept, and what this tab had open. `changed` is called at every change but a streamed piece. */
  constructor(system: ConversationContext['system'] & DeskSystem, tab: Storage, changed: () => void) {
    this.#tab = tab
    this.#changed = changed
    this.#kept = new KeptConversations({
      changed: () => this.#show(),
      writtenElsewhere: (id) => this.#mergeOpen(id),
      deletedElsewhere: (id) => {
        if (id === this.#open.record.id) this.#switchTo(new Conversation(this.#context))
      },
    })
    this.#context = {
      system,
      settings: () => settingsFor(this.#kept.settings, system.view.model),
      changed: () => this.#show(),
      keep: (record, turns) => this.#keep(record, turns),
      forget: (record, turns) => this.#kept.forget(record, turns),
    }
    this.#open = new Conversation(this.#context)
    this.#restored = this.#restore().then(() => {
      this.#desk = new QuestionDesk(system, () => this.#open)
    })
  }

  get view(): ChatView {
    const { list, settings, works, isPromised } = this.#kept
    this.#view ??= {
      conversationId: this.#open.record.id,
      title: this.#open.record.title,
      turns: this.#open.path.map((turn) => ({
        turn,
        versions: this.#open.versionsOf(turn),
        tokens: this.#open.tokensOf(turn),
      })),
      live: this.#open.live,
      list,
      found: this.#found,
      settings,
      deleted: this.#deleted,
      kept: works,
      promised: isPromised,
    }
    return this.#view
  }

  /** Throws `PageRefusal` for a file that holds no conversations. */
  async perform(command: ChatCommand): Promise<void> {
    await this.#restored
    if (this.#deleted && command.kind !== 'undo-deletion' && !passing.has(command.kind)) this.#deleted = null
    switch (command.kind) {
      case 'send-prompt':
        void this.#kept.askToKeep() // Firefox asks the person; the answer need not wait for that.
        return this.#open.live ? this.#desk?.ask(command.text) : this.#open.send(command.text)
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
        return this.#deleteTurn(command.turnId)
      case 'new-chat':
        return this.#switchTo(new Conversation(this.#context))
      case 'open-conversation':
        return this.#openKept(command.conversationId)
      case 'rename-conversation':
        return this.#rename(command.conversationId, command.title)
      case 'delete-conversation':
        return this.#delete(command.conversationId)
      case 'undo-deletion':
        return this.#undo()
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
        this.#kept.set(command.settings)
        return this.#show()
    }
  }

  close(): void {
    this.#open.stop()
    this.#others.close()
    void this.#restored.then(() => {
      this.#desk?.close()
      this.#kept.close()
    })
  }

  async #restore(): Promise<void> {
    await this.#kept.open()
    const openId = this.#tab.getItem(openKey)
    const stored = openId === null ? null : await this.#kept.read(openId)
    if (stored) this.#open = new Conversation(this.#context, stored)
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
    const stored = await this.#kept.read(id)
    if (!stored) throw new PageRefusal(texts.chat.unreadable)
    this.#switchTo(new Conversation(this.#context, stored))
  }

  /** Where nothing is kept, what this tab has is all there is. */
  async #mergeOpen(id: string): Promise<void> {
    const open = this.#open
    if (id !== open.record.id || !this.#kept.works) return
    const before = open.state
    const stored = await this.#kept.read(id)
    if (stored) open.merge(before, stored)
  }

  #rename(id: string, title: string): void {
    const record = this.#kept.list.find((listed) => listed.id === id)
    if (!record) return
    if (id === this.#open.record.id) this.#open.rename(title)
    this.#keep({ ...record, title }, [])
    this.#show()
  }

  #deleteTurn(turnId: string): void {
    const open = this.#open
    const gone = open.deleteTurn(turnId)
    if (gone) this.#deleted = { kind: 'turns', title: gone.record.title, undo: () => open.putBack(gone) }
    this.#show()
  }

  async #delete(id: string): Promise<void> {
    const wasOpen = id === this.#open.record.id
    const stored = wasOpen ? null : await this.#kept.read(id)
    const conversation = stored ? new Conversation(this.#context, stored) : wasOpen ? this.#open : null
    if (wasOpen) this.#switchTo(new Conversation(this.#context))
    const removed = this.#kept.remove(id)
    if (conversation) {
      const undo = () => this.#bringBack(conversation, wasOpen)
      this.#deleted = { kind: 'conversation', title: conversation.record.title, undo }
    }
    this.#show()
    await removed
  }

  #bringBack(conversation: Conversation, opens: boolean): void {
    this.#kept.keep(conversation.record, conversation.allTurns)
    if (opens) this.#switchTo(conversation)
  }

  #undo(): void {
    const deleted = this.#deleted
    this.#deleted = null
    deleted?.undo()
    this.#show()
  }

  async #search(words: string): Promise<void> {
    this.#searched = words
    const found = words.trim() === '' ? null : await this.#kept.search(words)
    if (this.#searched === words) this.#found = found
    this.#show()
  }

  /** As it is now, every branch; null for one that cannot be read. */
  async #stored(id: string): Promise<StoredConversation | null> {
    const { record, allTurns } = this.#open
    return id === record.id ? { record, turns: allTurns } : this.#kept.read(id)
  }

  async #all(): Promise<StoredConversation[]> {
    const all = await Promise.all(this.#kept.list.map(({ id }) => this.#stored(id)))
    return all.filter((stored) => stored !== null)
  }

  /** Adds; a conversation that is here already comes a second time, as a copy. */
  async #import(file: File): Promise<void> {
    for (const { record, turns } of await readConversationsFile(file)) {
      const isHere = this.#kept.list.some(({ id }) => id === record.id)
      this.#kept.keep(isHere ? { ...record, id: newId() } : record, turns)
    }
    this.#show()
  }

  #keep(record: ConversationRecord, turns: readonly Turn[]): void {
    const isOpen = record.id === this.#open.record.id
    // Deleted while it was being answered: it stays deleted.
    if (!isOpen && !this.#kept.list.some(({ id }) => id === record.id)) return
    if (isOpen) this.#tab.setItem(openKey, record.id)
    this.#kept.keep(record, turns)
  }

  #show(): void {
    this.#view = null
    this.#others.watch(this.#open.allTurns, this.#open.live?.turnId ?? null)
    this.#desk?.update()
    this.#changed()
  }
}
