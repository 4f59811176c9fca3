// The conversations of this device in a drawer: search, open, rename, delete, export and import.
import { css, html, LitElement } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import { CommandEvent } from '../commands.ts'
import { closeIcon, deleteIcon, editIcon } from '../icons.ts'
import { shared } from '../styles.ts'
import { texts } from '../texts/texts.ts'
import type { ChatCommand } from './chat-commands.ts'
import type { ConversationRecord } from './conversation-record.ts'
import type { ChatView } from './conversations.ts'
import { drawer } from './drawer.ts'
import './hr-undo.ts'

/** @fires hr-command `open-conversation`, `rename-conversation`, `delete-conversation`, `search-conversations`, `export-conversations`, `export-markdown`, `import-conversations` */
@customElement('hr-conversations')
export class HrConversations extends LitElement {
  /** Its list, and what was found in it. */
  @property({ attribute: false }) chat!: ChatView
  @state() renaming: string | null = null
  @query('dialog') private dialog!: HTMLDialogElement

  static override styles = [
    shared,
    drawer,
    css`
      li { display: grid; grid-template-columns: minmax(0, 1fr) auto auto; align-items: center; border-radius: 0.75rem; }
      li[aria-current='true'] { background: var(--accent-soft); }
      .open { justify-content: start; text-align: start; border-color: transparent; background: none; display: grid; gap: 0; font-weight: 500; }
      .title { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      .open .small { font-weight: 400; }
      form { grid-column: 1 / -1; display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.5rem; padding: 0.25rem; }
    `,
  ]

  show(): void {
    this.dialog.showModal()
  }

  override render() {
    const words = texts.chat
    const { list, found, turns } = this.chat
    const shown = found === null ? list : list.filter(({ id }) => found.has(id))
    return html`<dialog aria-label=${words.conversations} data-testid="conversation-drawer" @click=${this.#outside}>
      <div class="panel">
        <header class="row apart">
          <h2>${words.conversations}</h2>
          <button class="quiet" aria-label=${words.close} title=${words.close} @click=${this.#close}>${closeIcon}</button>
        </header>
        <p class="small muted" data-testid="where-kept">${words.deviceOnly} ${this.#promise()}</p>
        <hr-undo .deletion=${this.chat.deleted} @hr-command=${this.#focusSearch}></hr-undo>
        <input type="text" role="searchbox" data-testid="search" dir="auto" aria-label=${words.search} placeholder=${words.search} @input=${this.#search} />
        <ul>${repeat(
          shown,
          ({ id }) => id,
          (record) => this.#item(record),
        )}</ul>
        <p class="muted" role="status">${shown.length > 0 ? '' : found === null ? words.noneYet : words.noneFound}</p>
        <footer class="row">
          <button data-testid="export" ?disabled=${list.length === 0} @click=${() => this.#fire({ kind: 'export-conversations' })}>${words.exportAll}</button>
          <button data-testid="export-markdown" ?disabled=${turns.length === 0} @click=${() => this.#fire({ kind: 'export-markdown' })}>${words.exportShown}</button>
          <button data-testid="import" @click=${() => this.renderRoot.querySelector<HTMLInputElement>('#file')?.click()}>${words.importFile}</button>
          <input id="file" type="file" accept=".json,.md,application/json,text/markdown" hidden aria-label=${words.importFile} data-testid="import-file" @change=${this.#picked} />
        </footer>
      </div>
    </dialog>`
  }

  #item(record: ConversationRecord) {
    const words = texts.chat
    const title = record.title || words.untitled
    if (this.renaming === record.id)
      return html`<li><form @submit=${(event: SubmitEvent) => this.#rename(event, record.id)} @keydown=${this.#escape}>
        <input type="text" data-testid="title-field" dir="auto" aria-label=${words.newTitle} .value=${record.title} maxlength="200" required />
        <button class="primary">${words.save}</button>
      </form></li>`
    return html`<li data-testid="conversation" aria-current=${record.id === this.chat.conversationId ? 'true' : 'false'}>
      <button class="open" @click=${() => this.#open(record.id)}>
        <span class="title" dir="auto">${title}</span>
        <span class="small muted numbers">${texts.numbers.moment(record.updatedAtMs)}</span>
      </button>
      <button class="quiet" data-testid="rename" aria-label=${words.rename(title)} title=${words.rename(title)} @click=${() => this.#beginRenaming(record.id)}>${editIcon}</button>
      <button class="quiet" data-testid="delete-conversation" aria-label=${words.deleteConversation(title)} title=${words.deleteConversation(title)}
        @click=${() => this.#fire({ kind: 'delete-conversation', conversationId: record.id })}>${deleteIcon}</button>
    </li>`
  }

  #promise(): string {
    const { promised } = this.chat
    return promised === null ? '' : promised ? texts.chat.promised : texts.chat.notPromised
  }

  async #beginRenaming(id: string) {
    this.renaming = id
    await this.updateComplete
    this.renderRoot.querySelector<HTMLInputElement>('form input')?.select()
  }

  #rename(event: SubmitEvent, conversationId: string) {
    event.preventDefault()
    const title = this.renderRoot.querySelector<HTMLInputElement>('form input')?.value.trim()
    this.renaming = null
    if (title) this.#fire({ kind: 'rename-conversation', conversationId, title })
  }

  #escape(event: KeyboardEvent) {
    if (event.key !== 'Escape') return
    event.preventDefault()
    this.renaming = null
  }

  #open(conversationId: string) {
    this.#fire({ kind: 'open-conversation', conversationId })
    this.#close()
  }

  #search(event: Event) {
    if (event.target instanceof HTMLInputElement)
      this.#fire({ kind: 'search-conversations', words: event.target.value })
  }

  #picked(event: Event) {
    if (!(event.target instanceof HTMLInputElement)) return
    const [file] = event.target.files ?? []
    event.target.value = ''
    if (!file) return
    this.#fire({ kind: 'import-conversations', file })
    this.#close()
  }

  /** What was pressed goes away. */
  #focusSearch() {
    this.renderRoot.querySelector<HTMLElement>('[role=searchbox]')?.focus()
  }

  #outside(event: MouseEvent) {
    if (event.target === this.dialog) this.#close()
  }

  #close() {
    this.dialog.close()
  }

  #fire(command: ChatCommand) {
    this.dispatchEvent(new CommandEvent(command))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-conversations': HrConversations
  }
}
