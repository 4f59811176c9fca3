// What was deleted last, and the button that brings it back. Whoever deleted it with the keyboard is at that button at once.
import { css, html, LitElement, type PropertyValues } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { CommandEvent } from '../commands.ts'
import { shared } from '../styles.ts'
import { texts } from '../texts/texts.ts'
import type { Deletion } from './conversations.ts'

/** @fires hr-command `undo-deletion` */
@customElement('hr-undo')
export class HrUndo extends LitElement {
  /** null when nothing can be brought back. */
  @property({ attribute: false }) deletion: Deletion | null = null

  static override styles = [
    shared,
    css`
      .row { flex-wrap: nowrap; background: var(--accent-soft); border-radius: 0.875rem; padding: 0.25rem 0.25rem 0.25rem 1rem; font-size: 0.9375rem; }
      span { min-width: 0; overflow-wrap: anywhere; }
    `,
  ]

  override render() {
    return html`<div role="status">${this.deletion ? this.#offer(this.deletion) : null}</div>`
  }

  #offer({ kind, title }: Deletion) {
    const words = texts.chat
    return html`<div class="row apart">
      <span>${kind === 'turns' ? words.turnsDeleted : words.conversationDeleted(title || words.untitled)}</span>
      <button class="quiet" data-testid="undo" @click=${() => this.dispatchEvent(new CommandEvent({ kind: 'undo-deletion' }))}>${words.undo}</button>
    </div>`
  }

  protected override updated(changed: PropertyValues<this>) {
    if (changed.has('deletion') && this.deletion) this.renderRoot.querySelector('button')?.focus()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-undo': HrUndo
  }
}
