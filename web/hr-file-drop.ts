// A way to bring one's own model: a GGUF file, or a folder of config.json and safetensors, picked or dropped anywhere on the page.
import { css, html, LitElement } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { LocalFile } from '../src/index.ts'
import { CommandEvent } from './commands.ts'
import { droppedFiles } from './dropped-files.ts'
import { engineWords } from './engine-words.ts'
import './hr-notice.ts'
import { fileIcon } from './icons.ts'
import { shared } from './styles.ts'
import { laterTexts } from './texts/later-texts.ts'

/** @fires hr-command `load-model` with the files */
@customElement('hr-file-drop')
export class HrFileDrop extends LitElement {
  /** Is a model being loaded or used, so that files are not taken? */
  @property({ type: Boolean }) disabled = false
  @state() hovering = false
  /** Why what was dropped could not be opened. */
  @state() problem = ''
  /** What the browser says of that, in words of its own. */
  @state() browserSays = ''

  static override styles = [
    shared,
    css`
      :host { display: block; }
      .zone { border: 1.5px dashed var(--line-strong); border-radius: 0.875rem; padding: 0.75rem 1rem; display: grid; gap: 0.25rem; }
      .hovering { border-color: var(--accent); background: var(--accent-soft); }
      .row { margin-inline-start: -0.75rem; }
      button { color: var(--accent-text); }
    `,
  ]

  override connectedCallback(): void {
    super.connectedCallback()
    window.addEventListener('dragover', this.#over)
    window.addEventListener('dragleave', this.#out)
    window.addEventListener('drop', this.#drop)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    window.removeEventListener('dragover', this.#over)
    window.removeEventListener('dragleave', this.#out)
    window.removeEventListener('drop', this.#drop)
  }

  override render() {
    const words = laterTexts().files
    return html`<div class="zone ${this.hovering ? 'hovering' : ''}">
      <div class="row">
        <button class="quiet" ?disabled=${this.disabled} @click=${() => this.pick('file')}>${fileIcon} ${words.openFile}</button>
        <button class="quiet" ?disabled=${this.disabled} @click=${() => this.pick('folder')}>${words.openFolder}</button>
      </div>
      <p class="small muted">${words.help}</p>
      ${this.problem === '' ? null : html`<hr-notice message=${this.problem}>${this.browserSays ? engineWords(this.browserSays) : null}</hr-notice>`}
      <input id="file" type="file" multiple hidden aria-label=${words.file} data-testid="model-file" @change=${this.#picked} />
      <input id="folder" type="file" webkitdirectory hidden aria-label=${words.folder} data-testid="model-folder" @change=${this.#picked} />
    </div>`
  }

  readonly #over = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    this.hovering = !this.disabled
  }

  readonly #out = (event: DragEvent) => {
    if (event.relatedTarget === null) this.hovering = false
  }

  readonly #drop = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    this.hovering = false
    this.browserSays = ''
    if (this.disabled) this.problem = laterTexts().files.occupied
    else void this.#openDropped(event.dataTransfer)
  }

  async #openDropped(dropped: DataTransfer) {
    this.problem = ''
    try {
      this.#open(await droppedFiles(dropped))
    } catch (error) {
      this.problem = laterTexts().files.unreadable
      this.browserSays = error instanceof Error ? error.message : String(error)
    }
  }

  #picked(event: Event) {
    if (!(event.target instanceof HTMLInputElement)) return
    const files = [...(event.target.files ?? [])]
    event.target.value = ''
    this.#open(files)
  }

  /** Opens the browser's picker; only while a person's press is being handled. */
  pick(id: 'file' | 'folder') {
    this.renderRoot.querySelector<HTMLInputElement>(`#${id}`)?.click()
  }

  #open(files: readonly (File | LocalFile)[]) {
    if (files.length > 0 && !this.disabled) this.dispatchEvent(new CommandEvent({ kind: 'load-model', model: files }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-file-drop': HrFileDrop
  }
}
