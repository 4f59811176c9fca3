// Sentences, and a table of how alike they are.
import { css, html, LitElement } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { CommandEvent } from './commands.ts'
import type { Comparison } from './encoder-work.ts'
import { closeIcon, newChatIcon } from './icons.ts'
import { likenessExtremes } from './likeness-extremes.ts'
import { shared } from './styles.ts'
import { laterTexts } from './texts/later-texts.ts'

/** The table stays readable on a phone. */
const mostSentences = 8

/** @fires hr-command `compare-sentences` */
@customElement('hr-compare')
export class HrCompare extends LitElement {
  /** Of the last comparison; null before the first. */
  @property({ attribute: false }) result: Comparison | null = null
  /** Why nothing can be sent now; empty when it can. */
  @property() obstacle = ''
  /** Is a request on its way? */
  @property({ type: Boolean }) working = false
  /** null: what nobody has changed yet. */
  @state() drafts: readonly string[] | null = null

  static override styles = [
    shared,
    css`
      :host, form { display: grid; gap: 0.75rem; }
      h3 { font-size: 1rem; font-weight: 620; }
      .sentence { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.25rem; align-items: center; }
      textarea { resize: vertical; field-sizing: content; min-height: var(--touch); }
      .remove { width: var(--touch); padding: 0; }
      .scroll { overflow-x: auto; }
      table { border-collapse: separate; border-spacing: 0.125rem; font-size: 0.9375rem; }
      th { text-align: start; font-weight: 560; }
      tbody th { max-width: clamp(7rem, 34vw, 14rem); padding-inline-end: 0.5rem; line-height: 1.3; }
      .head { display: flex; gap: 0.5rem; align-items: baseline; }
      bdi { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; overflow-wrap: anywhere; }
      thead th { text-align: center; }
      td { min-width: 3.25rem; padding: 0.375rem; text-align: center; border-radius: 0.375rem; background: color-mix(in srgb, var(--accent) calc(var(--likeness, 0) * 45%), var(--surface)); }
    `,
  ]

  override render() {
    const drafts = this.#drafts
    const words = laterTexts().encoder
    return html`<h3>${words.compareHeading}</h3>
      <form @submit=${this.#submit}>
        ${drafts.map(
          (draft, index) => html`<div class="sentence">
            <textarea rows="1" dir="auto" aria-label=${words.sentence(index + 1)} data-testid="sentence" autocomplete="off" .value=${draft}
              @input=${(event: Event) => this.#write(index, event)} @keydown=${this.#key} @paste=${(event: ClipboardEvent) => this.#paste(index, event)}></textarea>
            <button type="button" class="quiet remove" aria-label=${words.removeSentence(index + 1)} title=${words.remove} ?disabled=${drafts.length <= 2}
              @click=${() => this.#remove(index)}>${closeIcon}</button>
          </div>`,
        )}
        <div class="row">
          <button class="primary" data-testid="compare" aria-describedby="obstacle" ?disabled=${!this.#sendable}>${words.compare}</button>
          <button type="button" class="quiet" data-testid="add-sentence" ?disabled=${drafts.length >= mostSentences} @click=${this.#add}>${newChatIcon} ${words.add}</button>
        </div>
        <p class="small muted">${words.pasteHint}</p>
        <p id="obstacle" class="small muted" ?hidden=${this.obstacle === ''}>${this.obstacle}</p>
      </form>
      <p role="status" class=${this.working ? 'small muted' : 'visually-hidden'}>${this.#progress()}</p>
      ${this.#result()}`
  }

  /** Colours go by the style property: the page's policy allows no style attributes. */
  #result() {
    if (!this.result) return null
    const { sentences, likeness, truncatedTokens } = this.result
    const words = laterTexts().encoder
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${words.likeness}>
        <table data-testid="likeness">
          <caption class="visually-hidden">${words.likenessCaption}</caption>
          <thead><tr><td></td>${sentences.map((_, index) => html`<th scope="col">${index + 1}</th>`)}</tr></thead>
          <tbody>
            ${likeness.map(
              (row, index) => html`<tr>
                <th scope="row" title=${sentences[index] ?? ''}><span class="head">${index + 1} <bdi>${sentences[index]}</bdi></span></th>
                ${row.map((value) => html`<td class="numbers" .style=${`--likeness: ${Math.max(0, value)}`}>${words.likenessOf(value)}</td>`)}
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <p class="small muted" data-testid="alike">${this.#inWords()}</p>
      ${truncatedTokens > 0 ? html`<p class="small muted">${words.cutOff(truncatedTokens)}</p>` : null}`
  }

  #progress(): string {
    if (this.working) return laterTexts().encoder.reading
    return this.result ? `${laterTexts().encoder.compared(this.result.sentences.length)} ${this.#inWords()}` : ''
  }

  /** What the colours say. */
  #inWords(): string {
    const found = this.result && likenessExtremes(this.result.likeness)
    if (!found) return ''
    const { most, least } = found
    const { alike, alikeTwo } = laterTexts().encoder
    return most === least ? alikeTwo(most.value) : alike(most.pair, most.value, least.pair, least.value)
  }

  get #drafts(): readonly string[] {
    return this.drafts ?? laterTexts().encoder.examples
  }

  get #sendable(): boolean {
    return !this.working && this.obstacle === '' && this.#drafts.every((draft) => draft.trim() !== '')
  }

  #write(index: number, { target }: Event) {
    if (target instanceof HTMLTextAreaElement) this.drafts = this.#drafts.with(index, target.value)
  }

  /** Several lines are as many sentences, after what is written and not selected; one line goes where the cursor is. */
  #paste(index: number, event: ClipboardEvent) {
    const field = event.currentTarget
    if (!(field instanceof HTMLTextAreaElement)) return
    const text = event.clipboardData?.getData('text/plain') ?? ''
    const lines = text.split('\n').map((line) => line.trim())
    const sentences = lines.filter((line) => line !== '')
    if (sentences.length < 2) return
    event.preventDefault()
    field.setRangeText('')
    const own = field.value.trim() === '' ? [] : [field.value]
    this.drafts = this.#drafts.toSpliced(index, 1, ...own, ...sentences).slice(0, mostSentences)
  }

  #key(event: KeyboardEvent) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    this.#send()
  }

  #submit(event: SubmitEvent) {
    event.preventDefault()
    this.#send()
  }

  #send() {
    if (!this.#sendable) return
    const sentences = this.#drafts.map((draft) => draft.trim())
    this.dispatchEvent(new CommandEvent({ kind: 'compare-sentences', sentences }))
  }

  async #add() {
    this.drafts = [...this.#drafts, '']
    await this.updateComplete
    ;[...this.renderRoot.querySelectorAll('textarea')].at(-1)?.focus()
  }

  async #remove(index: number) {
    this.drafts = this.#drafts.toSpliced(index, 1)
    await this.updateComplete
    this.renderRoot.querySelectorAll('textarea')[Math.max(0, index - 1)]?.focus()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-compare': HrCompare
  }
}
