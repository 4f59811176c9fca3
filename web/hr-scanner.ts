// This device's camera as a reader of rooms' codes, in a dialog: for phones whose own camera opens links elsewhere, as installed web apps do.
import { css, html, LitElement } from 'lit'
import { customElement, query, state } from 'lit/decorators.js'
import { frameLoop, type QRCamera, QRCanvas, rearCamera } from 'qr/dom.js'
import { HeadroomError, parseRoomLink } from '../src/index.ts'
import { CommandEvent } from './commands.ts'
import './hr-notice.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

type Seeing = 'opening' | 'looking' | 'strange'
type Obstacle = 'refused' | 'missing' | 'busy'

/** What `getUserMedia` rejects with, as what it means; anything else means that something else has the camera. */
const obstacles: Readonly<Record<string, Obstacle>> = {
  NotAllowedError: 'refused',
  SecurityError: 'refused',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
}

/**
 * @fires hr-command `open-link`, when a room's code was read
 * @fires hr-closed when the dialog is away and the camera off
 * @fires hr-type-words after that, where somebody wants to type instead
 */
@customElement('hr-scanner')
export class HrScanner extends LitElement {
  @state() seeing: Seeing = 'opening'
  @state() obstacle: Obstacle | null = null
  @query('dialog') private dialog!: HTMLDialogElement
  @query('video') private video!: HTMLVideoElement
  #camera: QRCamera | null = null
  #stopReading: (() => void) | null = null

  static override styles = [
    shared,
    css`
      dialog { border: 1px solid var(--line); border-radius: var(--radius); padding: 1.25rem; width: min(28rem, 100vw - 2rem); background: var(--surface); color: var(--ink); }
      dialog::backdrop { background: rgb(0 0 0 / 0.6); }
      .stack { justify-items: stretch; }
      video { display: block; width: 100%; aspect-ratio: 1; object-fit: cover; border-radius: 0.875rem; background: var(--track); }
    `,
  ]

  override render() {
    const words = texts.scanner
    const cannot = this.obstacle && words.cannot[this.obstacle]
    return html`<dialog aria-labelledby="title" data-testid="scanner" @close=${this.#closed}>
      <div class="stack">
        <h2 id="title">${words.heading}</h2>
        <video ?hidden=${cannot !== null} muted playsinline></video>
        ${
          cannot
            ? html`<hr-notice tone="warning" heading=${cannot.heading} message=${cannot.help}></hr-notice>`
            : html`<p role="status">${words.seeing[this.seeing]}</p>`
        }
        ${cannot ? this.#wayOn() : null}
        <button @click=${this.#close}>${texts.page.cancel}</button>
      </div>
    </dialog>`
  }

  /** Another program may let the camera go; what is refused or missing stays so. */
  #wayOn() {
    return this.obstacle === 'busy'
      ? html`<button class="primary" data-testid="open-camera" @click=${this.#open}>${texts.page.tryAgain}</button>`
      : html`<button class="primary" data-testid="type-words" @click=${this.#type}>${texts.waiting.typeWords}</button>`
  }

  protected override firstUpdated(): void {
    this.dialog.showModal()
    void this.#open()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stopReading?.()
    this.#camera?.stop()
  }

  async #open() {
    const { video } = this
    this.obstacle = null
    try {
      this.#camera = await rearCamera(video)
    } catch (error) {
      console.info('The camera did not open.', error)
      this.obstacle = obstacles[error instanceof Error ? error.name : ''] ?? 'busy'
      return
    }
    // The dialog may have gone while somebody thought about the browser's question.
    if (!this.isConnected) return this.#camera.stop()
    this.seeing = 'looking'
    const [camera, canvas] = [this.#camera, new QRCanvas()]
    this.#stopReading = frameLoop(async () => {
      const found = await camera.readFrame(canvas, true)
      if (typeof found === 'string' && this.isConnected) this.#found(found)
    }, video)
  }

  #found(text: string) {
    try {
      parseRoomLink(text)
    } catch (error) {
      if (!(error instanceof HeadroomError)) throw error
      this.seeing = 'strange'
      return
    }
    this.#stopReading?.()
    this.dispatchEvent(new CommandEvent({ kind: 'open-link', link: text }))
    this.#close()
  }

  /** The browser gives the focus back to what opened the dialog; typing goes elsewhere. */
  #type() {
    this.#close()
    this.dispatchEvent(new Event('hr-type-words'))
  }

  #close() {
    this.dialog.close()
  }

  #closed() {
    this.dispatchEvent(new Event('hr-closed'))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-scanner': HrScanner
  }
  interface HTMLElementEventMap {
    'hr-closed': Event
    'hr-type-words': Event
  }
}
