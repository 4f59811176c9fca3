// What the whole room is doing when it is not simply at rest, and the things people should know about it.
import { css, html, LitElement } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { ErrorData, RoomView } from '../src/index.ts'
import { CommandEvent } from './commands.ts'
import './hr-notice.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

/** @fires hr-command `cancel-load`; `load-model`, to try the same one again; `reload-page` */
@customElement('hr-room-state')
export class HrRoomState extends LitElement {
  @property({ attribute: false }) view!: RoomView
  /** The leader's page shows everybody's progress and can act on it. */
  @property({ type: Boolean }) leading = false
  @state() dismissed: readonly string[] = []

  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 0.5rem; }
      .loading { display: grid; gap: 0.5rem; }
      .line { display: flex; flex-wrap: wrap; align-items: center; gap: 0 1rem; }
      .line button { margin: 0 -0.75rem 0 auto; }
    `,
  ]

  protected override willUpdate() {
    const { state, signaling, notices } = this.view
    const busy = this.leading && (state.kind === 'loading' || state.kind === 'recovering' || state.kind === 'failed')
    this.hidden =
      !busy && signaling !== 'reconnecting' && notices.every(({ message }) => this.dismissed.includes(message))
  }

  override render() {
    const { signaling, notices } = this.view
    return html`
      ${this.leading ? this.#state() : null}
      ${
        signaling === 'reconnecting'
          ? html`<hr-notice tone="warning" heading=${texts.room.serverAway}
              message=${texts.room.serverAwayHelp}></hr-notice>`
          : null
      }
      ${notices
        .filter(({ message }) => !this.dismissed.includes(message))
        .map(
          (notice) =>
            html`<hr-notice tone="information" .error=${notice} action=${notice.code === 'version-mismatch' ? texts.page.reload : texts.page.dismiss}
              @hr-notice-action=${() => this.#act(notice)}></hr-notice>`,
        )}
    `
  }

  #state() {
    const { state } = this.view
    if (state.kind === 'loading' || state.kind === 'recovering') {
      const lost =
        state.kind === 'recovering' ? html`<hr-notice tone="warning" .error=${state.error}></hr-notice>` : null
      return html`${lost}${this.#progress()}`
    }
    return state.kind === 'failed'
      ? html`<hr-notice .error=${state.error} action=${this.view.model ? texts.room.loadAgain : ''} @hr-notice-action=${this.#reload}></hr-notice>`
      : null
  }

  #progress() {
    const loading = this.view.devices.map(({ progress }) => progress).filter((progress) => progress !== null)
    const loaded = loading.reduce((sum, { loadedBytes }) => sum + loadedBytes, 0)
    const total = loading.reduce((sum, { totalBytes }) => sum + totalBytes, 0)
    const kernels = loading.flatMap(({ kernels: own }) => own ?? [])
    const ready = kernels.reduce((sum, own) => sum + own.ready, 0)
    const all = kernels.reduce((sum, own) => sum + own.all, 0)
    const words = texts.room
    if (total === 0) return html`<p class="muted" role="status">${words.planning}</p>`
    return html`<div class="loading" data-testid="room-progress">
      <div class="line small">
        <span>${words.fetching}</span>
        <span class="muted numbers">${words.ofBytes(loaded, total)}</span>
        <button class="quiet" data-testid="cancel-load" @click=${this.#cancel}>${texts.page.cancel}</button>
      </div>
      <progress aria-label=${words.allShares} max=${total} .value=${loaded}></progress>
      ${all > 0 ? html`<p class="small muted numbers" data-testid="room-kernels">${texts.device.preparing(ready, all)}</p>` : null}
    </div>`
  }

  #cancel() {
    this.dispatchEvent(new CommandEvent({ kind: 'cancel-load' }))
  }

  #act({ code, message }: ErrorData) {
    if (code === 'version-mismatch') this.dispatchEvent(new CommandEvent({ kind: 'reload-page' }))
    else this.dismissed = [...this.dismissed, message]
  }

  #reload() {
    const { model } = this.view
    if (model) this.dispatchEvent(new CommandEvent({ kind: 'load-model', model: model.modelId }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-room-state': HrRoomState
  }
}
