// Where people write: Enter sends, Shift+Enter makes a line. While an answer runs, the leader's stops it, and what is written then waits.
import { css, html, LitElement, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { ifDefined } from 'lit/directives/if-defined.js'
import * as v from 'valibot'
import { CommandEvent } from './commands.ts'
import { sendIcon, stopIcon } from './icons.ts'
import { keepItem, keptItem } from './kept-item.ts'
import { shared } from './styles.ts'
import { laterTexts } from './texts/later-texts.ts'
import { texts } from './texts/texts.ts'

/**
 * @fires hr-command `send-prompt`, `ask`, `stop-answer`
 * @fires hr-edit-last when somebody presses the up arrow in the empty field
 */
@customElement('hr-composer')
export class HrComposer extends LitElement {
  /** Is an answer being written, so that Stop stands beside the field? */
  @property({ type: Boolean }) answering = false
  /** A guest's: what it writes waits at the leader. */
  @property({ type: Boolean }) asking = false
  /** Characters at most; null: as many as there are. */
  @property({ type: Number }) maxlength: number | null = null
  /** Name under which this tab keeps what is written and not sent, over a reload; empty: not at all. */
  @property() draftName = ''
  /** Why nothing can be sent now; empty when it can. */
  @property() obstacle = ''
  @state() draft = ''

  static override styles = [
    shared,
    css`
      :host { display: block; }
      form { display: flex; align-items: flex-end; gap: 0.5rem; padding: 0.375rem; background: var(--field); border: 1px solid var(--line-strong); border-radius: 1.375rem; }
      form:focus-within { border-color: var(--accent); outline: 1px solid var(--accent); }
      textarea:focus-visible { outline: none; }
      textarea { border: 0; background: none; resize: none; min-height: var(--touch); max-height: 12rem; padding: 0.5625rem 0.75rem; line-height: 1.5; field-sizing: content; }
      button { flex: none; width: var(--touch); padding: 0; border-radius: 50%; }
      p { margin-top: 0.375rem; padding-inline: 1rem; }
    `,
  ]

  protected override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('draftName') && this.draftName && this.draft === '')
      this.draft = keptItem(sessionStorage, this.draftName, v.string()) ?? ''
  }

  override render() {
    const words = texts.chat
    const label = this.asking ? laterTexts().talk.ask : words.message
    const placeholder = this.asking ? laterTexts().talk.writeQuestion : words.writeMessage
    const canWait = this.answering && this.#sendable
    return html`<form @submit=${this.#submit}>
        <label class="visually-hidden" for="prompt">${label}</label>
        <textarea id="prompt" data-testid="prompt" rows="1" enterkeyhint="send" dir="auto" placeholder=${placeholder} maxlength=${ifDefined(this.maxlength ?? undefined)} autocomplete="off"
          aria-describedby="obstacle" .value=${this.draft} @input=${this.#write} @keydown=${this.#key}></textarea>
        ${
          this.answering
            ? html`<button type="button" data-testid="stop" aria-label=${words.stop} title=${words.stopHint} @click=${this.#stop}>${stopIcon}</button>`
            : null
        }
        ${
          this.answering && !canWait
            ? null
            : html`<button class="primary" data-testid="send" aria-label=${words.send} title=${words.sendHint} ?disabled=${!this.#sendable}>${sendIcon}</button>`
        }
      </form>
      <p id="obstacle" class="small muted" ?hidden=${this.obstacle === ''}>${this.obstacle}</p>`
  }

  override focus(): void {
    this.renderRoot.querySelector('textarea')?.focus()
  }

  get #sendable(): boolean {
    return this.obstacle === '' && this.draft.trim() !== ''
  }

  #write(event: Event) {
    if (event.target instanceof HTMLTextAreaElement) this.#setDraft(event.target.value)
  }

  #setDraft(text: string) {
    this.draft = text
    if (this.draftName) keepItem(sessionStorage, this.draftName, text)
  }

  #key(event: KeyboardEvent) {
    if (event.key === 'Escape' && this.answering) {
      event.preventDefault()
      this.#stop()
    }
    if (event.key === 'ArrowUp' && this.draft === '') this.dispatchEvent(new Event('hr-edit-last'))
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return
    event.preventDefault()
    this.#send()
  }

  #submit(event: SubmitEvent) {
    event.preventDefault()
    this.#send()
  }

  #send() {
    if (!this.#sendable) return
    const waits = this.asking || this.answering
    this.dispatchEvent(new CommandEvent({ kind: waits ? 'ask' : 'send-prompt', text: this.draft.trim() }))
    this.#setDraft('')
    this.focus()
  }

  #stop() {
    this.dispatchEvent(new CommandEvent({ kind: 'stop-answer' }))
    this.focus()
  }
}

/** Does the key belong to a word that is being composed? Safari says so of the Enter that ends one by its code alone. */
function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229
}

declare global {
  interface HTMLElementEventMap {
    'hr-edit-last': Event
  }
  interface HTMLElementTagNameMap {
    'hr-composer': HrComposer
  }
}
