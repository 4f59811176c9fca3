// How answers are made, in a drawer: presets first, then every number with one plain sentence.
import { css, html, LitElement } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import { CommandEvent } from '../commands.ts'
import { closeIcon } from '../icons.ts'
import { shared } from '../styles.ts'
import { laterTexts } from '../texts/later-texts.ts'
import { texts } from '../texts/texts.ts'
import { type AnswerSettings, answerDefaults, presets, type Sampling, samplesAs } from './answer-settings.ts'
import { drawer } from './drawer.ts'

type NumberName = Exclude<keyof AnswerSettings, 'systemPrompt' | 'seed'>

interface Bounds {
  minimum: number
  maximum: number
  step: number
}

const sliders: Readonly<Record<Exclude<NumberName, 'topK' | 'maxTokens'>, Bounds>> = {
  temperature: { minimum: 0, maximum: 2, step: 0.05 },
  topP: { minimum: 0.05, maximum: 1, step: 0.05 },
  minP: { minimum: 0, maximum: 1, step: 0.01 },
  repetitionPenalty: { minimum: 1, maximum: 2, step: 0.01 },
}

const presetNames = ['model', 'exact', 'balanced', 'inventive'] as const

/** @fires hr-command `set-answers` at every change */
@customElement('hr-settings')
export class HrSettings extends LitElement {
  /** What the fields show. */
  @property({ attribute: false }) settings: AnswerSettings = answerDefaults
  /** As the loaded model's makers mean it; null where its files do not say. */
  @property({ attribute: false }) modelSampling: Sampling | null = null
  @query('dialog') private dialog!: HTMLDialogElement

  static override styles = [
    shared,
    drawer,
    css`
      .field { display: grid; gap: 0.25rem; }
      .field .row { flex-wrap: nowrap; justify-content: space-between; }
      input[type='range'] { width: 100%; height: var(--touch); margin: 0; accent-color: var(--accent); }
      input[type='number'] { font: inherit; color: inherit; width: 100%; min-height: var(--touch); padding: 0.5rem 0.875rem; background: var(--field); border: 1px solid var(--line-strong); border-radius: 0.75rem; }
      input:invalid { border-color: var(--danger); }
      textarea { min-height: 6rem; resize: vertical; line-height: 1.5; }
      .presets { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr); gap: 0.25rem; padding: 0.25rem; background: var(--track); border-radius: 1rem; }
      .presets button { border-color: transparent; background: none; padding-inline: 0.25rem; }
      .presets button[aria-pressed='true'] { background: var(--surface); }
    `,
  ]

  show(): void {
    this.dialog.showModal()
  }

  override render() {
    const words = laterTexts().settings
    const offered = { ...(this.modelSampling && { model: this.modelSampling }), ...presets }
    const chosen = presetNames.find((name) => offered[name] && samplesAs(this.settings, offered[name]))
    return html`<dialog aria-label=${words.heading} data-testid="settings-drawer" @click=${this.#outside}>
      <div class="panel">
        <header class="row apart">
          <h2>${words.heading}</h2>
          <button class="quiet" aria-label=${texts.chat.close} title=${texts.chat.close} @click=${() => this.dialog.close()}>${closeIcon}</button>
        </header>
        <div class="field">
          <div class="presets" role="group" aria-label=${words.presets}>
            ${presetNames.map(
              (name) =>
                offered[name] &&
                html`<button data-testid="preset-${name}" aria-pressed=${chosen === name} @click=${() => this.#set({ ...offered[name] })}>${words.preset[name].name}</button>`,
            )}
          </div>
          <p class="small muted" role="status">${chosen ? words.preset[chosen].sentence : words.ownNumbers}</p>
        </div>
        <div class="field">
          <label for="system">${words.systemPrompt.name}</label>
          <textarea id="system" data-testid="system-prompt" dir="auto" aria-describedby="system-sentence" .value=${this.settings.systemPrompt}
            @change=${(event: Event) => this.#set({ systemPrompt: fieldValue(event) })}></textarea>
          <p id="system-sentence" class="small muted">${words.systemPrompt.sentence}</p>
        </div>
        ${this.#slider('temperature')}${this.#slider('topP')}${this.#number('topK', 0, 200)}${this.#slider('minP')}${this.#slider('repetitionPenalty')}
        ${this.#number('maxTokens', 1, 131_072)}${this.#seed()}
        <button data-testid="reset-settings" @click=${() => this.#fire(null)}>${words.reset}</button>
      </div>
    </dialog>`
  }

  #slider(name: keyof typeof sliders) {
    const { minimum, maximum, step } = sliders[name]
    const value = this.settings[name]
    return this.#field(
      name,
      html`<input id=${name} type="range" data-testid=${name} min=${minimum} max=${maximum} step=${step} .value=${String(value)}
        aria-describedby="${name}-sentence" @input=${(event: Event) => this.#set({ [name]: Number(fieldValue(event)) })} />`,
      html`<output for=${name} class="numbers">${texts.numbers.hundredths(value)}</output>`,
    )
  }

  #number(name: 'topK' | 'maxTokens', minimum: number, maximum: number) {
    return this.#field(
      name,
      html`<input id=${name} type="number" inputmode="numeric" data-testid=${name} min=${minimum} max=${maximum} step="1" required
        .value=${String(this.settings[name])} aria-describedby="${name}-sentence" @change=${(event: Event) => this.#setNumber(event, name)} />`,
    )
  }

  #seed() {
    const { seed } = this.settings
    return this.#field(
      'seed',
      html`<input id="seed" type="number" inputmode="numeric" data-testid="seed" min="0" max="4294967295" step="1" placeholder=${laterTexts().settings.seed.none}
        .value=${seed === null ? '' : String(seed)} aria-describedby="seed-sentence" @change=${(event: Event) => this.#setNumber(event, 'seed')} />`,
    )
  }

  #field(name: NumberName | 'seed', input: unknown, output: unknown = null) {
    const { name: label, sentence } = laterTexts().settings[name]
    return html`<div class="field">
      <div class="row"><label for=${name}>${label}</label>${output}</div>
      ${input}
      <p id="${name}-sentence" class="small muted">${sentence}</p>
    </div>`
  }

  /** What is out of bounds is marked by the browser and changes nothing. */
  #setNumber(event: Event, name: 'topK' | 'maxTokens' | 'seed') {
    const input = event.target
    if (!(input instanceof HTMLInputElement) || !input.reportValidity()) return
    this.#set({ [name]: input.value === '' ? null : input.valueAsNumber })
  }

  #set(part: Partial<AnswerSettings>) {
    this.#fire({ ...this.settings, ...part })
  }

  #fire(settings: AnswerSettings | null) {
    this.dispatchEvent(new CommandEvent({ kind: 'set-answers', settings }))
  }

  #outside(event: MouseEvent) {
    if (event.target === this.dialog) this.dialog.close()
  }
}

function fieldValue({ target }: Event): string {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement ? target.value : ''
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-settings': HrSettings
  }
}
