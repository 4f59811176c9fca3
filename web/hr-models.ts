// Which model the room runs: the one that is loaded, or a choice of what the server has, a hub's, and files of one's own.
import { css, html, LitElement } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { CatalogueModel, ErrorData, ModelView, RoomView, WantedModel } from '../src/index.ts'
import { CommandEvent } from './commands.ts'
import type { HrFileDrop } from './hr-file-drop.ts'
import './hr-file-drop.ts'
import './hr-hub.ts'
import './hr-notice.ts'
import './models/hr-fit.ts'
import { modelName } from './models/model-name.ts'
import { quietWork } from './models/model-work.ts'
import { shared } from './styles.ts'
import { laterTexts } from './texts/later-texts.ts'
import { texts } from './texts/texts.ts'

/** Bits of a weight, where they are not the file's own. */
const bitsOf = { auto: null, f32: 32, f16: 16, int8: 8, int4: 4 } as const

/** @fires hr-command `check-fit`, `load-model`, `load-again` */
@customElement('hr-models')
export class HrModels extends LitElement {
  /** Says which model is loaded, and whether another can be. */
  @property({ attribute: false }) view!: RoomView
  /** null while the server is asked. */
  @property({ attribute: false }) models: readonly CatalogueModel[] | null = null
  /** Why the server's models are not known. */
  @property({ attribute: false }) error: ErrorData | null = null
  /** null: the server allows none. */
  @property({ attribute: false }) hubUrl: string | null = null
  /** What was chosen and found, and what this device’s rooms ran last. */
  @property({ attribute: false }) work = quietWork
  /** Is the hub being asked? */
  @property({ type: Boolean }) askingHub = false
  /** Has a model been asked for that is not loaded yet? */
  @property({ type: Boolean }) loading = false
  @state() chosen: string | null = null
  @query('hr-file-drop') private drop!: HrFileDrop | null

  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 1rem; }
      fieldset { display: grid; gap: 0.5rem; }
      .option { display: flex; align-items: center; gap: 0.75rem; min-height: var(--touch); padding: 0.625rem 0.875rem; border: 1px solid var(--line-strong); border-radius: 0.875rem; cursor: pointer; font-weight: 400; }
      .option:has(:checked) { border-color: var(--accent); background: var(--accent-soft); }
      .option:has(:focus-visible) { outline: 3px solid var(--focus); outline-offset: 2px; }
      .option input { accent-color: var(--accent); width: 1.125rem; height: 1.125rem; margin: 0; flex: none; }
      .option span:last-child { margin-inline-start: auto; white-space: nowrap; }
      .name { font-weight: 560; overflow-wrap: anywhere; }
      details[open] > summary { margin-bottom: 0.5rem; }
    `,
  ]

  /** Is a model being loaded or used, so that no other can be? */
  get #occupied(): boolean {
    return this.loading || ['loading', 'generating', 'recovering'].includes(this.view.state.kind)
  }

  override render() {
    const { model } = this.view
    const words = laterTexts().models
    if (!model) return html`<h2 tabindex="-1">${words.heading}</h2>${this.#lastTime()}${this.#choice()}`
    return html`<h2 tabindex="-1">${words.heading}</h2>
      <div data-testid="model">
        <p class="name">${modelName(this.models, model.modelId)}</p>
        <p class="small muted numbers">${this.#abilities(model)} · ${words.check[model.verified]}</p>
      </div>
      ${this.#newcomers(model.modelId)}
      <details><summary>${words.change}</summary><div class="stack">${this.#choice()}</div></details>`
  }

  /** Its heading, so that what there is to choose from is read in order. */
  override focus(): void {
    this.renderRoot.querySelector('h2')?.focus()
  }

  #newcomers(modelId: string) {
    const idle = this.view.devices.filter(({ profile, holding }) => profile && !holding).length
    const canComeAgain = isHubName(modelId) || this.models?.some((model) => model.modelId === modelId)
    if (idle === 0 || this.view.state.kind !== 'ready' || !canComeAgain) return null
    return html`<hr-notice tone="information" action=${laterTexts().models.shareAnew} data-testid="share-anew"
      message=${laterTexts().models.holdNothing(idle)}
      @hr-notice-action=${() => this.#load(modelId)}></hr-notice>`
  }

  #choice() {
    const { models, error } = this
    const { fit } = this.work
    const isListed = (model: WantedModel) => models?.some(({ modelId }) => modelId === model) ?? false
    const words = laterTexts().models
    const own = html`${this.hubUrl === null ? null : html`<hr-hub .hubUrl=${this.hubUrl} .work=${this.work} ?asking=${this.askingHub} ?occupied=${this.#occupied}></hr-hub>`}
      <hr-file-drop ?disabled=${this.#occupied}></hr-file-drop>
      ${fit && !isListed(fit.model) && !isHubModel(fit.model) ? html`<hr-fit .view=${fit}></hr-fit>` : null}`
    if (error) return html`<hr-notice tone="warning" heading=${words.unknown} .error=${error}></hr-notice>${own}`
    if (!models) return html`<p class="muted" role="status">${words.asking}</p>`
    if (models.length === 0)
      return html`<hr-notice tone="warning" data-testid="no-models" heading=${words.none} message=${words.noneHelp}></hr-notice>${own}`
    const named = (wanted: string | null) => models.find(({ modelId }) => modelId === wanted)
    const last = this.work.last?.kind === 'named' ? this.work.last.model : null
    const chosen = named(this.chosen) ?? named(last) ?? models.find(({ isDefault }) => isDefault) ?? models[0]!
    return html`
      <fieldset>
        <legend class="visually-hidden">${words.onServer}</legend>
        ${models.map(
          ({ modelId, name, sizeBytes }) => html`<label class="option">
            <input type="radio" name="model" value=${modelId} .checked=${modelId === chosen.modelId} @change=${() => {
              this.chosen = modelId
              this.#ask({ kind: 'check-fit', model: modelId })
            }} />
            <span class="name">${name}</span><span class="small muted numbers">${texts.numbers.bytes(sizeBytes)}</span>
          </label>`,
        )}
      </fieldset>
      <button class="wide" data-testid="load-model" ?disabled=${this.#occupied} @click=${() => this.#load(chosen.modelId)}>
        ${this.loading || this.view.state.kind === 'loading' ? words.loading : words.load}
      </button>
      ${
        fit?.model === chosen.modelId
          ? html`<hr-fit .view=${fit}></hr-fit>`
          : html`<button class="quiet" data-testid="check-fit" ?disabled=${this.#occupied} @click=${() => this.#ask({ kind: 'check-fit', model: chosen.modelId })}>${laterTexts().fit.ask}</button>`
      }
      ${own}
    `
  }

  /** What this device's rooms ran last, unless the list has it and begins with it. */
  #lastTime() {
    const { last } = this.work
    const isKnown = this.models !== null || this.error !== null
    if (!last || !isKnown || this.view.state.kind !== 'lobby') return null
    const words = laterTexts().loading.lastTime
    if (last.kind === 'file') {
      const kind = /\.(gguf|safetensors)$/.test(last.name) ? 'file' : 'folder'
      const action = kind === 'file' ? laterTexts().files.openFile : laterTexts().files.openFolder
      return this.#offer(words.file(last.name), action, () => this.drop?.pick(kind))
    }
    const { model, weights = 'auto' } = last
    if (weights === 'auto' && this.models?.some(({ modelId }) => modelId === model)) return null
    const again = () => this.dispatchEvent(new CommandEvent({ kind: 'load-again' }))
    return this.#offer(words.named(modelName(this.models, model), bitsOf[weights]), texts.room.loadAgain, again)
  }

  #offer(message: string, action: string, act: () => void) {
    return html`<hr-notice tone="information" data-testid="last-model" message=${message} action=${this.#occupied ? '' : action}
      @hr-notice-action=${act}></hr-notice>`
  }

  #abilities({ contextLength, encoder, hasTemplate }: ModelView): string {
    const words = laterTexts().models
    if (encoder) return words.embeds(contextLength)
    return hasTemplate ? words.remembers(contextLength) : `${words.remembers(contextLength)} · ${words.notForChat}`
  }

  #load(model: string) {
    this.#ask({ kind: 'load-model', model })
  }

  #ask(command: { kind: 'check-fit' | 'load-model'; model: string }) {
    this.dispatchEvent(new CommandEvent(command))
  }
}

/** Ids of the server and names of files have no `/`. */
function isHubName(modelId: string): boolean {
  return modelId.includes('/')
}

/** Its fit stands where the hub's models are. */
function isHubModel(model: WantedModel): boolean {
  return typeof model === 'string' && isHubName(model)
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-models': HrModels
  }
}
