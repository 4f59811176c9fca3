// How far the load of the whole room is, and the ways to hold or end it.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { RoomView } from '../../src/index.ts'
import { CommandEvent } from '../commands.ts'
import { shared } from '../styles.ts'
import { laterTexts } from '../texts/later-texts.ts'
import { texts } from '../texts/texts.ts'
import { isHeld } from './held-load.ts'
import './hr-load-progress.ts'
import type { ModelCommand } from './model-commands.ts'

/** @fires hr-command `hold-load`, `cancel-load` */
@customElement('hr-room-progress')
export class HrRoomProgress extends LitElement {
  /** Of the leader: it knows how far each device is. */
  @property({ attribute: false }) view!: RoomView

  static override styles = [
    shared,
    css`
      :host { display: block; }
    `,
  ]

  override render() {
    const { state, devices } = this.view
    const loading = devices.map(({ progress }) => progress).filter((progress) => progress !== null)
    const sumOf = (bytes: 'loadedBytes' | 'totalBytes' | 'downloadedBytes') =>
      loading.reduce((sum, progress) => sum + progress[bytes], 0)
    const totalBytes = sumOf('totalBytes')
    const words = texts.room
    if (totalBytes === 0) return html`<p class="muted" role="status">${words.planning}</p>`
    const kernels = loading
      .flatMap(({ kernels: own }) => own ?? [])
      .reduce((sum, { ready, all }) => ({ ready: sum.ready + ready, all: sum.all + all }), { ready: 0, all: 0 })
    const paused = isHeld(state)
    const progress = {
      loadedBytes: sumOf('loadedBytes'),
      totalBytes,
      downloadedBytes: sumOf('downloadedBytes'),
      ...(kernels.all > 0 && { kernels }),
    }
    return html`<hr-load-progress data-testid="room-progress" heading=${words.fetching} label=${words.allShares} ?paused=${paused} .progress=${progress}>
      ${
        state.kind === 'loading'
          ? html`<button class="quiet" data-testid="hold-load" @click=${() => this.#ask({ kind: 'hold-load', held: !paused })}>
              ${paused ? laterTexts().loading.resume : laterTexts().loading.pause}</button>`
          : null
      }
      <button class="quiet" data-testid="cancel-load" @click=${() => this.#ask({ kind: 'cancel-load' })}>${texts.page.cancel}</button>
    </hr-load-progress>`
  }

  #ask(command: ModelCommand) {
    this.dispatchEvent(new CommandEvent(command))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-room-progress': HrRoomProgress
  }
}
