// The keys that a daily user wants to know, in a drawer.
import { css, html, LitElement } from 'lit'
import { customElement, query } from 'lit/decorators.js'
import { closeIcon } from '../icons.ts'
import { shared } from '../styles.ts'
import { laterTexts } from '../texts/later-texts.ts'
import { texts } from '../texts/texts.ts'
import { drawer } from './drawer.ts'
import { appleKeys } from './shortcuts.ts'

const actions = ['send', 'line', 'stop', 'editLast', 'newChat', 'conversations', 'help'] as const

@customElement('hr-shortcuts')
export class HrShortcuts extends LitElement {
  @query('dialog') private dialog!: HTMLDialogElement

  static override styles = [
    shared,
    drawer,
    css`
      dl > div { display: flex; justify-content: space-between; align-items: center; gap: 1rem; padding-block: 0.625rem; border-block-end: 1px solid var(--line); }
      dd { display: inline-flex; gap: 0.25rem; flex: none; }
      kbd { font: inherit; font-size: 0.8125rem; min-width: 1.75rem; padding: 0.125rem 0.4375rem; text-align: center; background: var(--field); border: 1px solid var(--line-strong); border-radius: 0.4375rem; }
    `,
  ]

  show(): void {
    this.dialog.showModal()
  }

  override render() {
    const { heading, keys, what } = laterTexts().shortcuts
    const { close } = texts.chat
    const shown = { ...keys, ...appleKeys }
    return html`<dialog aria-label=${heading} data-testid="shortcuts-drawer" @click=${this.#outside}>
      <div class="panel">
        <header class="row apart">
          <h2>${heading}</h2>
          <button class="quiet" aria-label=${close} title=${close} @click=${() => this.dialog.close()}>${closeIcon}</button>
        </header>
        <dl>${actions.map((action) => html`<div><dt>${what[action]}</dt><dd>${shown[action].split(' + ').map((key) => html`<kbd>${key}</kbd>`)}</dd></div>`)}</dl>
      </div>
    </dialog>`
  }

  #outside(event: MouseEvent) {
    if (event.target === this.dialog) this.dialog.close()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-shortcuts': HrShortcuts
  }
}
