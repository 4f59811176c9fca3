// A sentence with one word masked, and the words that the model would put there.
import { css, html, LitElement } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { CommandEvent } from './commands.ts'
import type { FilledMask } from './encoder-work.ts'
import { shared } from './styles.ts'
import { laterTexts } from './texts/later-texts.ts'

/** @fires hr-command `fill-mask` */
@customElement('hr-fill-mask')
export class HrFillMask extends LitElement {
  /** How a word to guess is written. */
  @property() maskText = ''
  /** Of the last text; null before the first. */
  @property({ attribute: false }) result: FilledMask | null = null
  /** Why nothing can be sent now; empty when it can. */
  @property() obstacle = ''
  /** Is a request on its way? */
  @property({ type: Boolean }) working = false
  /** null: what nobody has changed yet. */
  @state() draft: string | null = null

  static override styles = [
    shared,
    css`
      :host, form { display: grid; gap: 0.75rem; }
      h3 { font-size: 1rem; font-weight: 620; }
      li { display: grid; grid-template-columns: 8rem minmax(0, 1fr) 4rem; gap: 0.75rem; align-items: center; padding-block: 0.25rem; }
      li > :first-child { overflow-wrap: anywhere; }
      li > :last-child { text-align: end; }
    `,
  ]

  override render() {
    const words = laterTexts().encoder
    return html`<h3>${words.guessHeading}</h3>
      <form @submit=${this.#submit}>
        <label for="masked">${words.masked(this.maskText)}</label>
        <input id="masked" type="text" dir="auto" data-testid="masked" autocomplete="off" aria-describedby="hint" .value=${this.#text} @input=${this.#write} />
        <p id="hint" class="small muted" ?hidden=${this.#hint === ''}>${this.#hint}</p>
        <div class="row">
          <button data-testid="guess" ?disabled=${!this.#sendable}>${words.guess}</button>
          <button type="button" class="quiet" data-testid="insert-mask" ?disabled=${this.#text.includes(this.maskText)} @click=${this.#insertMask}>${words.insertMask(this.maskText)}</button>
        </div>
      </form>
      <p role="status" class=${this.working ? 'small muted' : 'visually-hidden'}>${this.#progress()}</p>
      ${this.#result()}`
  }

  #result() {
    if (!this.result) return null
    const { text, candidates } = this.result
    return html`<p class="small muted" dir="auto">${text}</p>
      <ol data-testid="guesses">
        ${candidates.map(
          ({ text: word, probability }) => html`<li>
            <bdi>${word}</bdi>
            <progress aria-hidden="true" max="1" .value=${probability}></progress>
            <span class="numbers small">${laterTexts().encoder.probability(probability)}</span>
          </li>`,
        )}
      </ol>`
  }

  #progress(): string {
    if (this.working) return laterTexts().encoder.reading
    const best = this.result?.candidates[0]
    return best ? laterTexts().encoder.likeliest(best.text) : ''
  }

  get #text(): string {
    return this.draft ?? laterTexts().encoder.maskedExample(this.maskText)
  }

  get #hint(): string {
    if (this.obstacle !== '') return this.obstacle
    return this.#text.split(this.maskText).length === 2 ? '' : laterTexts().encoder.writeOnce(this.maskText)
  }

  get #sendable(): boolean {
    return !this.working && this.#hint === ''
  }

  #write({ target }: Event) {
    if (target instanceof HTMLInputElement) this.draft = target.value
  }

  /** Where the cursor is, over what is selected. */
  #insertMask() {
    const field = this.renderRoot.querySelector('input')
    if (!field) return
    field.setRangeText(this.maskText, field.selectionStart ?? 0, field.selectionEnd ?? 0, 'end')
    this.draft = field.value
    field.focus()
  }

  #submit(event: SubmitEvent) {
    event.preventDefault()
    if (this.#sendable) this.dispatchEvent(new CommandEvent({ kind: 'fill-mask', text: this.#text.trim() }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-fill-mask': HrFillMask
  }
}
