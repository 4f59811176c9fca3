// The room's twelve words, for devices without a camera: folded away, and made when somebody wants to see them.
import { css, html, LitElement, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { type ErrorData, parseRoomLink, toErrorData } from '../src/index.ts'
import './hr-notice.ts'
import { wordsOfSecret } from './room-words.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

@customElement('hr-room-words')
export class HrRoomWords extends LitElement {
  /** The room's link, at the address that guests use. */
  @property() link = ''
  /** Shown at once, in the size of the text around them. */
  @property({ type: Boolean, reflect: true }) unfolded = false
  @state() words: readonly string[] = []
  @state() problem: ErrorData | null = null

  static override styles = [
    shared,
    css`
      :host { display: block; }
      ol { display: grid; grid-template-columns: repeat(auto-fill, minmax(7.5rem, 1fr)); gap: 0.25rem 0.75rem; margin-block: 0.5rem; counter-reset: word; }
      li { display: flex; gap: 0.5rem; counter-increment: word; font-size: 1.125rem; font-weight: 600; }
      :host([unfolded]) ol { grid-template-columns: repeat(auto-fill, minmax(6.5em, 1fr)); gap: 0 0.5em; margin-block: 0.25em 0; }
      :host([unfolded]) li { font-size: 1em; gap: 0.375em; }
      :host([unfolded]) li::before { min-width: 1.25em; }
      li::before { content: counter(word); min-width: 1.25rem; text-align: end; color: var(--muted); font-weight: 400; font-variant-numeric: tabular-nums; }
    `,
  ]

  override render() {
    const { summary, help } = texts.words
    const words = html`<ol lang="en">${this.words.map((word) => html`<li>${word}</li>`)}</ol>
      ${this.problem ? html`<hr-notice .error=${this.problem}></hr-notice>` : null}`
    if (this.unfolded) return words
    return html`<details data-testid="room-words" @toggle=${this.#toggled}>
      <summary>${summary}</summary>
      <p class="small muted">${help(new URL(this.link).host)}</p>
      ${words}
    </details>`
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    const before = changed.get('link')
    if (before && new URL(before).hash !== new URL(this.link).hash) this.words = []
  }

  protected override updated() {
    if (this.unfolded || this.renderRoot.querySelector('details')?.open) void this.#show()
  }

  #toggled({ currentTarget }: Event) {
    if (currentTarget instanceof HTMLDetailsElement && currentTarget.open) void this.#show()
  }

  async #show() {
    if (this.words.length > 0 || this.problem) return
    const { link } = this
    try {
      const words = await wordsOfSecret(parseRoomLink(link))
      if (link === this.link) this.words = words
    } catch (error) {
      this.problem = toErrorData(error)
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-room-words': HrRoomWords
  }
}
