// An answer token by token, coloured and underlined by how likely each was. Pointing at one, or going there by the arrow keys, shows what
// else could have come.
import { css, html, LitElement, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { TokenRecord } from '../../src/index.ts'
import { shared } from '../styles.ts'
import { laterTexts } from '../texts/later-texts.ts'

/** From the likeliest down: a token belongs to the first whose probability it has. */
const grades = [
  { name: 'sure', least: 0.9 },
  { name: 'likely', least: 0.5 },
  { name: 'open', least: 0.1 },
  { name: 'rare', least: 0 },
] as const

export type Grade = (typeof grades)[number]['name']

function gradeOf(probability: number): Grade {
  return grades.find(({ least }) => probability >= least)?.name ?? 'rare'
}

@customElement('hr-token-probabilities')
export class HrTokenProbabilities extends LitElement {
  /** Of one answer, oldest first. */
  @property({ attribute: false }) records: readonly TokenRecord[] = []
  /** The one whose alternatives are shown. */
  @state() current = 0

  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 0.75rem; }
      .tokens { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 2; max-height: 14rem; overflow-y: auto; padding: 0.5rem 0.75rem; border: 1px solid var(--line); border-radius: 0.75rem; background: var(--field); }
      .tokens > span { cursor: pointer; border-radius: 0.25rem; padding-block: 0.125rem; }
      .likely { background: color-mix(in srgb, var(--share-2) 16%, transparent); border-block-end: 2px dotted var(--share-2); }
      .open { background: color-mix(in srgb, var(--share-1) 22%, transparent); border-block-end: 2px solid var(--share-1); }
      .rare { background: color-mix(in srgb, var(--share-3) 26%, transparent); border-block-end: 4px double var(--share-3); }
      .special { font-size: 0.8125rem; }
      [aria-selected='true'] { outline: 2px solid var(--ink); }
      .tokens:focus-visible [aria-selected='true'] { outline: 3px solid var(--focus); }
      .key { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; }
      .key > span > span { color: var(--ink); padding-inline: 0.375rem; border-radius: 0.25rem; }
      li { display: grid; grid-template-columns: minmax(4rem, 10rem) minmax(0, 1fr) 4rem; gap: 0.75rem; align-items: center; padding-block: 0.125rem; }
      li > :first-child { overflow-wrap: anywhere; }
      li > :last-child { text-align: end; }
      .chosen > :first-child { font-weight: 640; }
    `,
  ]

  protected override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('records')) this.current = Math.min(this.current, Math.max(0, this.records.length - 1))
  }

  override render() {
    const words = laterTexts().work
    const record = this.records[this.current]
    if (!record) return html`<p class="small muted">${words.noTokens}</p>`
    return html`
      <p class="small muted">${words.probabilitiesHint}</p>
      <div class="tokens" role="listbox" tabindex="0" dir="auto" aria-label=${words.probabilities} aria-activedescendant="token-${this.current}"
        data-testid="tokens" @keydown=${this.#key} @pointerover=${this.#pointed} @pointerdown=${this.#pointed}>${this.#tokens()}</div>
      <p class="key small muted">${grades.map(({ name }) => html`<span><span class=${name}>${words.grades[name]}</span></span>`)}</p>
      <div data-testid="token-alternatives" role="status">
        <p class="small">${words.chosen(visible(record.name), record.probability)}</p>
        <ol class="small">
          ${record.likeliest.map(
            ({ token, name, probability }) => html`<li class=${token === record.token ? 'chosen' : ''}>
              <bdi>${visible(name)}</bdi>
              <progress aria-hidden="true" max="1" .value=${probability}></progress>
              <span class="numbers">${words.probability(probability)}</span>
            </li>`,
          )}
        </ol>
        <p class="small muted numbers">${stepWords(record)}</p>
      </div>`
  }

  #tokens() {
    return this.records.map(
      ({ text, name, probability }, index) =>
        html`<span id="token-${index}" role="option" class="${gradeOf(probability)} ${text === '' ? 'special' : ''}" aria-selected=${index === this.current}
          aria-label=${laterTexts().work.token(visible(name), probability)} data-index=${index}>${text === '' ? visible(name) : text}</span>`,
    )
  }

  #pointed({ target }: PointerEvent) {
    const index = target instanceof HTMLElement ? target.dataset.index : undefined
    if (index !== undefined) this.current = Number(index)
  }

  #key(event: KeyboardEvent) {
    const last = this.records.length - 1
    const rightwards = getComputedStyle(event.currentTarget as HTMLElement).direction === 'rtl' ? -1 : 1
    const steps: Record<string, number> = {
      ArrowRight: rightwards,
      ArrowLeft: -rightwards,
      ArrowDown: 1,
      ArrowUp: -1,
      Home: -last,
      End: last,
    }
    const step = steps[event.key]
    if (step === undefined) return
    event.preventDefault()
    this.current = Math.min(last, Math.max(0, this.current + step))
    void this.#showCurrent()
  }

  async #showCurrent() {
    await this.updateComplete
    this.renderRoot.querySelector(`#token-${this.current}`)?.scrollIntoView({ block: 'nearest' })
  }
}

/** White space is there to be seen. */
function visible(name: string): string {
  const shown = name.replaceAll('\n', '↵').replaceAll('\t', '⇥')
  return shown.trim() === '' ? shown.replaceAll(' ', '␣') : shown
}

function stepWords({ step: { stepMs, promptTokens, bytes, rounds } }: TokenRecord): string {
  const words = laterTexts().work
  const took = words.stepOf(stepMs, bytes, rounds)
  return promptTokens === null ? took : `${words.afterPrompt(promptTokens)} ${took}`
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-token-probabilities': HrTokenProbabilities
  }
}
