// One open conversation: it asks the system, collects the answer as it streams, and never loses a word to an error or a reload.
import { type ChatMessage, type MobileTensorParallelismSystem, toErrorData } from '../../src/index.ts'
import { whileWriting } from './answer-lock.ts'
import { type AnswerSettings, requestOptions } from './answer-settings.ts'
import { AnswerTokens } from './answer-tokens.ts'
import { type ConversationRecord, newConversationRecord, titleFrom } from './conversation-record.ts'
import type { StoredConversation } from './conversation-store.ts'
import { LiveAnswer } from './live-answer.ts'
import { emptyAnswer, requestMessages, type Turn, userTurn } from './turn.ts'
import { branchOf, newestLeaf, pathTo, rootedTurns, type TurnTree, treeOf, versionsOf } from './turn-tree.ts'
import { uniqueNowMs } from './unique-now.ts'

/** What of a growing answer a crash may cost. */
const keepEveryMs = 2_000

/** Of so many answers it stays known how likely their tokens were. */
const answersWithTokens = 8

export interface ConversationContext {
  system: Pick<MobileTensorParallelismSystem, 'chat' | 'view'>
  settings(): AnswerSettings
  /** Something else is to be seen; not called for every streamed piece: those go through `live`. */
  changed(): void
  /** The record and these turns are as they should be kept. */
  keep(record: ConversationRecord, turns: readonly Turn[]): void
  forget(record: ConversationRecord, turns: readonly Turn[]): void
}

/** A conversation as it was at some moment. */
export interface ConversationState {
  record: ConversationRecord
  tree: TurnTree
}

export class Conversation {
  /** The answer that is being written. */
  live: LiveAnswer | null = null
  #record: ConversationRecord
  #tree: TurnTree
  readonly #context: ConversationContext
  #answering: AbortController | null = null
  /** Of the last answers, by turn. */
  readonly #tokens = new Map<string, AnswerTokens>()

  constructor(
    context: ConversationContext,
    stored: StoredConversation = { record: newConversationRecord(), turns: [] },
  ) {
    this.#context = context
    this.#tree = treeOf(stored.turns)
    const { leafId } = stored.record
    this.#record = {
      ...stored.record,
      leafId: leafId !== null && this.#tree.has(leafId) ? leafId : newestLeaf(this.#tree, null),
    }
  }

  get record(): ConversationRecord {
    return this.#record
  }

  /** All turns, those of other branches too. */
  get allTurns(): readonly Turn[] {
    return [...this.#tree.values()]
  }

  get state(): ConversationState {
    return { record: this.#record, tree: this.#tree }
  }

  get path(): readonly Turn[] {
    return pathTo(this.#tree, this.#record.leafId)
  }

  /** Ids of the turns that stand where `turn` stands, itself among them, oldest first. */
  versionsOf(turn: Turn): readonly string[] {
    return versionsOf(this.#tree, turn).map(({ id }) => id)
  }

  /** What is known of an answer's tokens; null where nothing is. */
  tokensOf({ id }: Turn): AnswerTokens | null {
    return this.#tokens.get(id) ?? null
  }

  rename(title: string): void {
    this.#record = { ...this.#record, title }
  }

  /** Resolves when the answer has ended, however it ended: a failure is told in the answer's turn. */
  async send(text: string, askedBy: Turn['askedBy'] = null): Promise<void> {
    await this.#ask(userTurn(text, this.#record.leafId, askedBy))
  }

  /** Asks in other words what was asked in `turnId`. */
  async edit(turnId: string, text: string): Promise<void> {
    const turn = this.#tree.get(turnId)
    if (turn?.role === 'user') await this.#ask(userTurn(text, turn.parentId))
  }

  /** Asks again for the last answer. */
  async retry(): Promise<void> {
    const last = this.path.at(-1)
    if (last?.role === 'assistant') await this.regenerate(last.id)
    else if (last) await this.#answer(emptyAnswer(last.id))
  }

  /** An answer beside this one; one without a word is replaced. */
  async regenerate(turnId: string): Promise<void> {
    const turn = this.#tree.get(turnId)
    if (turn?.role !== 'assistant' || this.#answering) return
    if (turn.content === '' && branchOf(this.#tree, turnId).length === 1) this.#remove([turn])
    await this.#answer(emptyAnswer(turn.parentId))
  }

  /** Goes on with an answer where it ended. */
  async continueAnswer(turnId: string): Promise<void> {
    const turn = this.#tree.get(turnId)
    // White space at its end is the model's to write again: templates trim it.
    if (turn?.role === 'assistant' && turn.content.trim() !== '')
      await this.#answer({ ...turn, content: turn.content.trimEnd(), state: 'streaming', problem: null })
  }

  /** Shows the branch of this turn, to its newest end. */
  show(turnId: string): void {
    this.#record = { ...this.#record, leafId: newestLeaf(this.#tree, turnId) }
    this.#context.keep(this.#record, [])
    this.#context.changed()
  }

  /** The turn and all that follows it. Returns what is gone, with the record as it was; null where nothing was. */
  deleteTurn(turnId: string): StoredConversation | null {
    const turn = this.#tree.get(turnId)
    if (!turn) return null
    const record = this.#record
    const { live } = this
    const gone = branchOf(this.#tree, turnId)
    if (gone.some(({ id }) => id === live?.turnId)) this.stop()
    const others = this.versionsOf(turn)
    const neighbour = others[others.indexOf(turnId) - 1] ?? others[1] ?? null
    const shown = this.path.some(({ id }) => id === turnId)
    this.#remove(gone)
    if (shown) this.#record = { ...this.#record, leafId: newestLeaf(this.#tree, neighbour ?? turn.parentId) }
    this.#context.forget(this.#record, gone)
    this.#context.changed()
    const stopped = (turn: Turn): Turn => ({ ...turn, content: live?.text ?? turn.content, state: 'stopped' })
    return { record, turns: gone.map((turn) => (turn.id === live?.turnId ? stopped(turn) : turn)) }
  }

  /** Brings back what `deleteTurn` took away. */
  putBack({ record: { leafId }, turns }: StoredConversation): void {
    this.#tree = treeOf([...this.#tree.values(), ...turns])
    this.#record = { ...this.#record, leafId }
    this.#context.keep(this.#record, turns)
    this.#context.changed()
  }

  /**
   * Takes over what another tab has written: `stored` is how things are kept, `before` is `state` from when they began to be read. What
   * this tab did since stays; what is gone from the kept ones was deleted there.
   */
  merge(before: ConversationState, { record, turns }: StoredConversation): void {
    const kept = new Map(turns.map((turn) => [turn.id, turn]))
    for (const [id, turn] of this.#tree) {
      const isOurs = before.tree.get(id) !== turn || id === this.live?.turnId
      if (isOurs && (kept.has(id) || !before.tree.has(id))) kept.set(id, turn)
    }
    this.#tree = treeOf(rootedTurns([...kept.values()]))
    if (this.live && !this.#tree.has(this.live.turnId)) this.stop()
    const { leafId, title } = this.#record
    const near = [leafId, record.leafId].find((id) => id !== null && this.#tree.has(id)) ?? null
    this.#record = {
      ...record,
      title: title === before.record.title ? record.title : title,
      leafId: newestLeaf(this.#tree, near),
    }
    this.#context.changed()
  }

  stop(): void {
    this.#answering?.abort()
  }

  async #ask(question: Turn): Promise<void> {
    if (this.#answering) return
    if (this.#record.title === '') this.rename(titleFrom(question.content))
    this.#put(question)
    await this.#answer(emptyAnswer(question.id))
  }

  async #answer(answer: Turn): Promise<void> {
    if (this.#answering) return
    const answering = new AbortController()
    this.#answering = answering
    const live = new LiveAnswer(answer.id, answer.content, this.#newTokens(answer))
    this.live = live
    this.#put(answer)
    const keeping = setInterval(
      () => this.#context.keep(this.#record, [{ ...answer, content: live.text }]),
      keepEveryMs,
    )
    let ended: Turn
    try {
      ended = await whileWriting(answer.id, () => this.#generate(answer, live, answering.signal))
    } catch (error) {
      const { code, message } = toErrorData(error)
      const end =
        code === 'aborted' ? { state: 'stopped' as const } : { state: 'failed' as const, problem: { code, message } }
      ended = { ...answer, content: live.text, ...end }
    } finally {
      clearInterval(keeping)
      this.#answering = null
      this.live = null
    }
    if (this.#tree.has(answer.id)) this.#put(ended)
    else this.#context.changed()
  }

  async #generate(answer: Turn, live: LiveAnswer, signal: AbortSignal): Promise<Turn> {
    const settings = this.#context.settings()
    const system: ChatMessage[] = settings.systemPrompt.trim()
      ? [{ role: 'system', content: settings.systemPrompt.trim() }]
      : []
    const onText = (piece: string) => {
      const first = live.text === ''
      live.push(piece)
      if (first) this.#context.changed()
    }
    const { text, stopReason, droppedTurns, figures } = await this.#context.system.chat({
      messages: [...system, ...requestMessages(pathTo(this.#tree, answer.id))],
      ...requestOptions(settings),
      continues: answer.content !== '',
      signal,
      onText,
      onTokens: (records) => live.tokens.add(records),
    })
    const state = ({ stop: 'done', length: 'length', aborted: 'stopped' } as const)[stopReason]
    return { ...answer, content: text === null ? live.text : answer.content + text, state, droppedTurns, figures }
  }

  /** A continued answer's go on after those that are there. */
  #newTokens({ id }: Turn): AnswerTokens {
    const tokens = new AnswerTokens(this.#tokens.get(id)?.records)
    this.#tokens.delete(id)
    this.#tokens.set(id, tokens)
    for (const [oldest] of this.#tokens) if (this.#tokens.size > answersWithTokens) this.#tokens.delete(oldest)
    return tokens
  }

  /** Adds or replaces; the path then leads here, unless somebody has gone to another branch meanwhile. */
  #put(turn: Turn): void {
    const isNew = !this.#tree.has(turn.id)
    this.#tree = new Map(this.#tree).set(turn.id, turn)
    const leafId = isNew ? turn.id : this.#record.leafId
    this.#record = { ...this.#record, leafId, updatedAtMs: uniqueNowMs() }
    this.#context.keep(this.#record, [turn])
    this.#context.changed()
  }

  #remove(turns: readonly Turn[]): void {
    const gone = new Set(turns.map(({ id }) => id))
    this.#tree = new Map([...this.#tree].filter(([id]) => !gone.has(id)))
    this.#context.forget(this.#record, turns)
  }
}
