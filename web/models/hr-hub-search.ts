// A hub searched by words: repositories with licence and downloads, then what of one can be loaded. Lists of plain buttons, so that keyboard
// and screen readers need nothing of their own; choosing a model asks whether it fits.
import { css, html, LitElement, type PropertyValues } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { FoundRepository, HubListing, HubModel } from '../../src/index.ts'
import { CommandEvent } from '../commands.ts'
import { shared } from '../styles.ts'
import { laterTexts } from '../texts/later-texts.ts'
import { texts } from '../texts/texts.ts'
import type { HubView } from './model-work.ts'

/** @fires hr-command `search-hub`, `open-repository`, `check-fit` */
@customElement('hr-hub-search')
export class HrHubSearch extends LitElement {
  /** What the hub last answered. */
  @property({ attribute: false }) hub!: HubView
  /** The model whose fit is shown; '' for none. */
  @property() chosen = ''
  /** For gated models; '' for none. */
  @property() token = ''
  /** Is the hub being asked? */
  @property({ type: Boolean }) asking = false

  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 0.75rem; }
      form { display: grid; gap: 0.5rem; }
      .row { flex-wrap: nowrap; }
      ul { display: grid; gap: 0.375rem; }
      li button { display: grid; gap: 0.125rem; width: 100%; justify-content: stretch; justify-items: start; text-align: start; text-wrap: wrap; overflow-wrap: anywhere; }
      li button[aria-pressed='true'] { border-color: var(--accent); background: var(--accent-soft); }
      .list { max-height: 22rem; overflow-y: auto; padding: 0.25rem; margin-inline: -0.25rem; }
      li .small { font-weight: 400; }
      h3 { font-size: 0.9375rem; overflow-wrap: anywhere; margin: 0; }
    `,
  ]

  override render() {
    const words = laterTexts().hubSearch
    const { found, listing } = this.hub
    return html`<form role="search" @submit=${this.#search}>
        <label for="words">${words.label}</label>
        <div class="row">
          <input id="words" type="text" required autocomplete="off" autocapitalize="none" spellcheck="false" placeholder=${words.example} data-testid="hub-words" />
          <button data-testid="hub-search" ?disabled=${this.asking}>${this.asking ? words.searching : words.search}</button>
        </div>
      </form>
      ${listing ? this.#listing(listing) : found ? this.#found(found) : null}`
  }

  /** A list that takes the place of what had the focus is where it goes on. */
  protected override updated(changed: PropertyValues<this>) {
    const before = changed.get('hub')
    if (before && before.listing !== this.hub.listing) this.renderRoot.querySelector<HTMLElement>('h3, .said')?.focus()
  }

  #found(found: readonly FoundRepository[]) {
    const words = laterTexts().hubSearch
    if (found.length === 0) return html`<p class="said" role="status">${words.nothing}</p>`
    return html`<p class="said small muted" role="status" tabindex="-1">${words.found(found.length)}</p>
      <ul class="list" data-testid="hub-found">${found.map(
        ({ repository, downloads, license, gated }) => html`<li><button @click=${() => this.#open(repository)}>
          <span>${repository}</span>
          <span class="small muted">${[
            license === null ? words.noLicense : words.license(license),
            downloads === null ? '' : words.downloads(downloads),
            gated ? words.gated : '',
          ]
            .filter(Boolean)
            .join(' · ')}</span></button></li>`,
      )}</ul>`
  }

  #listing({ repository, license, models }: HubListing) {
    const words = laterTexts().hubSearch
    return html`<h3 tabindex="-1">${words.filesOf(repository)}</h3>
      <p class="small muted">${license === null ? words.noLicense : words.license(license)}</p>
      ${
        models.length === 0
          ? html`<p role="status">${words.nothingInside}</p>`
          : html`<ul class="list" data-testid="hub-models">${models.map((model) => this.#model(model))}</ul>`
      }
      <button class="quiet" @click=${() => this.#back()}>${words.back}</button>`
  }

  #model({ name, file, sizeBytes, quantization, readable }: HubModel) {
    const words = laterTexts().hubSearch
    const facts = [
      quantization ?? '',
      sizeBytes === null ? words.noSize : texts.numbers.bytes(sizeBytes),
      readable ? '' : words.unreadable,
    ]
    return html`<li><button aria-pressed=${name === this.chosen} ?disabled=${!readable} @click=${() => this.#choose(name)}>
      <span>${file ?? words.checkpoint}</span>
      <span class="small muted numbers">${facts.filter(Boolean).join(' · ')}</span></button></li>`
  }

  #search(event: SubmitEvent) {
    event.preventDefault()
    const words = this.renderRoot.querySelector<HTMLInputElement>('#words')?.value.trim() ?? ''
    if (words !== '') this.#ask({ kind: 'search-hub', words })
  }

  #open(repository: string) {
    this.#ask({ kind: 'open-repository', repository })
  }

  #back() {
    this.dispatchEvent(new CommandEvent({ kind: 'close-repository' }))
  }

  #choose(model: string) {
    this.#ask({ kind: 'check-fit', model })
  }

  #ask(
    command:
      | { kind: 'search-hub'; words: string }
      | { kind: 'open-repository'; repository: string }
      | { kind: 'check-fit'; model: string },
  ) {
    const hubToken = this.token === '' ? {} : { hubToken: this.token }
    this.dispatchEvent(new CommandEvent({ ...command, ...hubToken }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-hub-search': HrHubSearch
  }
}
