// The screen of a device that serves: kept on, since a sleeping phone is gone from the room, and dimmed after a quiet while to save power.
// Any touch or key wakes it. It never dims under somebody who reads or types.
import { css, html, LitElement, type PropertyValues } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import { QuietTimer } from './quiet-timer.ts'
import { ScreenWakeLock } from './screen-wake-lock.ts'
import { shared } from './styles.ts'
import { laterTexts } from './texts/later-texts.ts'

/** @slot - the essentials, for the dimmed screen */
@customElement('hr-screen')
export class HrScreen extends LitElement {
  /** Is somebody reading the page, so that it must stay bright? */
  @property({ type: Boolean }) reading = false
  /** So long nobody touches the page before it is dimmed. */
  @property({ type: Number }) quietMs = 45_000
  @query('dialog') private dialog!: HTMLDialogElement
  readonly #quiet = new QuietTimer(this, () => this.quietMs)
  readonly #lock = new ScreenWakeLock(this)

  static override styles = [
    shared,
    css`
      :host { display: block; }
      dialog { width: 100vw; height: 100dvh; max-width: none; max-height: none; margin: 0; padding: 1.5rem; border: 0; background: #000; color: #93a19d; }
      dialog[open] { display: grid; place-content: center; justify-items: center; gap: 1.5rem; text-align: center; text-wrap: balance; }
      dialog button { background: none; border-color: #47524f; color: inherit; }
      dialog button:hover:not(:disabled) { background: none; }
    `,
  ]

  override render() {
    const words = laterTexts().screen
    return html`
      <p class="small muted" data-testid="screen">${words.kept[this.#lock.state]}</p>
      <dialog aria-label=${words.dimmed} data-testid="dimmed">
        <slot></slot>
        <button @click=${this.#wake}>${words.wake}</button>
      </dialog>
    `
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('reading') || changed.has('quietMs')) this.#quiet.restart()
  }

  protected override updated(): void {
    const dimmed = this.#quiet.quiet && !this.reading && !isTyping()
    if (dimmed && !this.dialog.open && !document.querySelector(':modal')) this.dialog.showModal()
    else if (!dimmed && this.dialog.open) this.dialog.close()
  }

  #wake() {
    this.#quiet.restart()
  }
}

/** Is the focus in a field that something was written in? After a question it stays in the empty one. */
function isTyping(): boolean {
  let active = document.activeElement
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement
  return (active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement) && active.value !== ''
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-screen': HrScreen
  }
}
