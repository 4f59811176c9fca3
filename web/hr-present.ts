// The room on a projector, readable across it: the way in, who carries how much, and the growing answer. It covers the page, and the
// screen where the browser lets it; Escape and its button close it. Sizes follow the window, so that a larger screen shows the same, larger.
import { css, html, LitElement } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import type { CatalogueModel, RoomView } from '../src/index.ts'
import './chat/hr-answer.ts'
import './chat/hr-spoken.ts'
import type { ChatView } from './chat/conversations.ts'
import { deviceName, deviceStatus } from './format.ts'
import './hr-notice.ts'
import './hr-qr.ts'
import './hr-room-words.ts'
import { sharesOf } from './hr-shares.ts'
import { closeIcon } from './icons.ts'
import { markdownStyles } from './markdown/markdown-styles.ts'
import { modelName } from './models/model-name.ts'
import { markClass, markStyles } from './room-work/device-marks.ts'
import { ScreenWakeLock } from './screen-wake-lock.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

/** @fires hr-closed when it is closed */
@customElement('hr-present')
export class HrPresent extends LitElement {
  /** Of the leader: it knows every device’s share. */
  @property({ attribute: false }) view!: RoomView
  /** Its newest question and answer are shown, while they are written too. */
  @property({ attribute: false }) chat!: ChatView
  /** Of this page’s server, for their names; null while it is asked. */
  @property({ attribute: false }) models: readonly CatalogueModel[] | null = null
  /** The invitation, at the address that guests use. */
  @property() link = ''
  @query('dialog') private dialog!: HTMLDialogElement
  @query('.stage') private stage!: HTMLElement
  @query('.talk') private talk!: HTMLElement

  constructor() {
    super()
    new ScreenWakeLock(this)
  }

  static override styles = [
    shared,
    markStyles,
    markdownStyles,
    css`
      :host { display: contents; }
      dialog { width: 100vw; height: 100dvh; max-width: none; max-height: none; margin: 0; padding: 0; border: 0; background: var(--page); color: var(--ink); }
      .stage {
        font-size: calc(0.5rem + min(2.5vh, 2.5vw)); line-height: 1.4; background: var(--page); box-sizing: border-box; min-height: 100%;
        display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.25em; align-content: start; padding: 1.25em; overflow-y: auto;
      }
      h2, h3 { font-size: 1em; }
      .close { justify-self: end; margin-block-end: -0.5em; }
      .room > h2 { font-size: 1.5em; line-height: 1.2; font-weight: 680; letter-spacing: -0.02em; overflow-wrap: anywhere; }
      .way { display: grid; gap: 0.75em; align-content: start; min-width: 0; }
      hr-qr { width: min(100%, 60vh); margin-inline: auto; }
      .words { font-size: max(0.9375rem, 0.72em); }
      .link { font-size: max(0.8125rem, 0.55em); color: var(--muted); overflow-wrap: anywhere; }
      .room { display: grid; gap: 1em; align-content: start; grid-template-columns: minmax(0, 1fr); min-width: 0; }
      .devices { display: flex; flex-wrap: wrap; gap: 0.25em 1.25em; font-size: max(0.9375rem, 0.72em); }
      .devices li { display: inline-flex; align-items: baseline; gap: 0.4em; }
      .devices li::before { content: ''; width: 0.7em; height: 0.7em; border-radius: 50%; background: var(--mark); }
      .talk { overflow-y: auto; min-height: 8em; min-width: 0; border-block-start: 1px solid var(--line); padding-block-start: 0.75em; }
      .question { color: var(--muted); white-space: pre-wrap; overflow-wrap: anywhere; margin-block-end: 0.5em; }
      .plain { white-space: pre-wrap; overflow-wrap: anywhere; }
      .talk :is(.block, .code pre, .block table, .block h1, .block h2, .block h3, .block h4) { font-size: 1em; }
      @media (min-width: 48rem) and (min-aspect-ratio: 11 / 10) {
        .stage { height: 100%; grid-template: minmax(0, 1fr) / min(62vh, 38vw) minmax(0, 1fr); gap: 2em; padding: 1.5em 2em; align-content: stretch; }
        .close { position: absolute; inset-block-start: 1.5em; inset-inline-end: 2em; margin: 0; }
        .way { align-content: space-between; overflow-y: auto; }
        hr-qr { width: 100%; }
        .room > h2 { padding-inline-end: 3.5rem; }
        .room { grid-template-rows: auto auto auto minmax(0, 1fr); align-content: stretch; }
      }
    `,
  ]

  override render() {
    const words = texts.present
    return html`<dialog aria-labelledby="title" data-testid="present" @close=${this.#closed}>
      <div class="stage" @fullscreenchange=${this.#fullscreenChanged}>
        <button class="close" aria-label=${words.close} title=${words.close} data-testid="close-present" autofocus @click=${this.#close}>${closeIcon}</button>
        <section class="way" aria-label=${words.invite}>
          <hr-qr .text=${this.link}></hr-qr>
          <div class="words">
            <p>${texts.words.help(new URL(this.link).host)}</p>
            <hr-room-words unfolded link=${this.link}></hr-room-words>
          </div>
          <p class="link" dir="ltr">${this.link}</p>
        </section>
        <section class="room">
          <h2 id="title">${this.#heading()}</h2>
          <hr-shares .devices=${this.view.devices}></hr-shares>
          <ul class="devices" aria-label=${words.devices}>${this.#devices()}</ul>
          <div class="talk" role="region" aria-label=${words.conversation} tabindex="0" @hr-grown=${this.#followEnd}>${this.#talk()}</div>
        </section>
        <hr-spoken .live=${this.chat.live}></hr-spoken>
      </div>
    </dialog>`
  }

  #heading(): string {
    const { devices, model } = this.view
    const { heading, headingModel } = texts.present
    return model ? headingModel(devices.length, modelName(this.models, model.modelId)) : heading(devices.length)
  }

  #devices() {
    const { devices } = this.view
    const shares = sharesOf(devices)
    return devices.map(
      (device, index) => html`<li class=${markClass(index)}>
      <span>${deviceName(device)}</span>
      <span class="muted numbers">${shares && device.holding ? texts.present.shareOf(shares[index]!) : texts.device.status[deviceStatus(device)]}</span>
    </li>`,
    )
  }

  #talk() {
    const { view, chat } = this
    if (view.model?.encoder) return html`<p class="muted">${texts.present.encoder}</p>`
    const last = chat.turns.at(-1)?.turn
    if (!last) {
      const { heading, text } = texts.chat.empty[view.state.kind]
      return html`<h3>${heading}</h3><p class="muted">${text}</p>`
    }
    const question = last.role === 'user' ? last : chat.turns.find(({ turn }) => turn.id === last.parentId)?.turn
    const live = chat.live?.turnId === last.id ? chat.live : null
    return html`
      ${question ? html`<p class="question" dir="auto">${question.content}</p>` : null}
      ${last.role === 'assistant' ? html`<hr-answer dir="auto" data-testid="presented-answer" .text=${last.content} .live=${live}></hr-answer>` : null}
      ${last.problem === null ? null : html`<hr-notice .error=${last.problem}></hr-notice>`}
    `
  }

  protected override firstUpdated(): void {
    this.dialog.showModal()
    void this.#fillScreen()
  }

  protected override updated(): void {
    this.#followEnd()
  }

  async #fillScreen() {
    try {
      await this.stage.requestFullscreen?.()
    } catch (error) {
      console.info('The browser does not give the whole screen; its window is filled.', error)
    }
  }

  /** Escape leaves a full screen without a word to the page: it is meant for both. */
  #fullscreenChanged() {
    if (!this.renderRoot.querySelector(':fullscreen')) this.#close()
  }

  #followEnd() {
    this.talk.scrollTop = this.talk.scrollHeight
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
    'hr-present': HrPresent
  }
}
