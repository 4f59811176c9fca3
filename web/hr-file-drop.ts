// A way to bring one's own model: a GGUF file, picked or dropped anywhere on the page.
import { css, html, LitElement } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { CommandEvent } from './commands.ts'
import { fileIcon } from './icons.ts'
import { shared } from './styles.ts'

/** @fires hr-command `load-model` with the files */
@customElement('hr-file-drop')
export class HrFileDrop extends LitElement {
  @property({ type: Boolean }) disabled = false
  @state() hovering = false

  static override styles = [
    shared,
    css`
      :host { display: block; }
      .zone { border: 1.5px dashed var(--line-strong); border-radius: 0.875rem; padding: 0.75rem 1rem; display: grid; gap: 0.25rem; }
      .hovering { border-color: var(--accent); background: var(--accent-soft); }
      button { justify-self: start; margin-inline-start: -0.75rem; color: var(--accent-text); }
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
    return html`<div class="zone ${this.hovering ? 'hovering' : ''}">
      <button class="quiet" ?disabled=${this.disabled} @click=${() => this.renderRoot.querySelector('input')?.click()}>
        ${fileIcon} Open a GGUF file
      </button>
      <p class="small muted">Or drop it anywhere on the page. It stays on this device; the others in the room get their shares from here.</p>
      <input type="file" hidden aria-label="GGUF file" data-testid="model-file" @change=${this.#picked} />
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
    if (!event.dataTransfer?.files.length) return
    event.preventDefault()
    this.hovering = false
    this.#open([...event.dataTransfer.files])
  }

  #picked(event: Event) {
    if (!(event.target instanceof HTMLInputElement)) return
    const files = [...(event.target.files ?? [])]
    event.target.value = ''
    this.#open(files)
  }

  #open(files: File[]) {
    if (files.length > 0 && !this.disabled) this.dispatchEvent(new CommandEvent({ kind: 'load-model', model: files }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-file-drop': HrFileDrop
  }
}
