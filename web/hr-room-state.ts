// What the whole room is doing when it is not simply at rest, and the things people should know about it.
import { css, html, LitElement } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { ErrorData, RoomView } from '../src/index.ts'
import { type Command, CommandEvent } from './commands.ts'
import './hr-notice.ts'
import { hasTrouble } from './models/hr-load-trouble.ts'
import './models/hr-room-progress.ts'
import { shared } from './styles.ts'
import { laterTexts } from './texts/later-texts.ts'
import { texts } from './texts/texts.ts'

/** @fires hr-command what the room's progress fires; `load-again`, to try the same one again; `show-kept`, to free space; `reload-page`; `try-server` */
@customElement('hr-room-state')
export class HrRoomState extends LitElement {
  /** Its state is what is told. */
  @property({ attribute: false }) view!: RoomView
  /** The leader's page shows everybody's progress and can act on it. */
  @property({ type: Boolean }) leading = false
  /** Does the page show elsewhere how far a load is? */
  @property({ type: Boolean }) progressElsewhere = false
  /** Is the server, which is gone, being looked for because somebody asked? */
  @property({ type: Boolean }) tryingServer = false
  @state() dismissed: readonly string[] = []

  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 0.75rem; }
    `,
  ]

  protected override willUpdate() {
    const { state, signaling } = this.view
    const failed = this.leading && hasTrouble(this.view)
    const busy =
      (state.kind === 'loading' && !this.progressElsewhere) || state.kind === 'recovering' || state.kind === 'failed'
    this.hidden = !(this.leading && busy) && !failed && signaling !== 'reconnecting' && this.#notices().length === 0
  }

  override render() {
    const { signaling } = this.view
    return html`
      ${this.leading ? [this.#state(), html`<hr-load-trouble .view=${this.view}></hr-load-trouble>`] : null}
      ${
        signaling === 'reconnecting'
          ? html`<hr-notice tone="warning" heading=${texts.room.serverAway}
              message=${texts.room.serverAwayHelp} action=${this.tryingServer ? texts.room.tryingServer : texts.room.tryServer}
              @hr-notice-action=${() => this.#ask({ kind: 'try-server' })}></hr-notice>`
          : null
      }
      ${this.#notices().map(
        (notice) =>
          html`<hr-notice tone="warning" .error=${notice} action=${actionFor(notice)} @hr-notice-action=${() => this.#act(notice)}>
            ${notice.code === 'storage-full' ? html`<button slot="beside" class="quiet" data-testid="dismiss" @click=${() => this.#dismiss(notice)}>${texts.page.dismiss}</button>` : null}
          </hr-notice>`,
      )}
    `
  }

  /** While the server is away one notice says so. */
  #notices() {
    const { signaling, notices } = this.view
    const said = ({ code, message }: ErrorData) =>
      this.dismissed.includes(message) || (code === 'signaling-down' && signaling === 'reconnecting')
    return notices.filter((notice) => !said(notice))
  }

  #state() {
    const { state } = this.view
    const progress = html`<hr-room-progress .view=${this.view}></hr-room-progress>`
    if (state.kind === 'loading') return this.progressElsewhere ? null : progress
    if (state.kind === 'recovering') return [this.#recovery(state.error), progress]
    return state.kind === 'failed' ? this.#failure(state.error) : null
  }

  /** Nobody needs to do anything: an error's own advice is for afterwards. */
  #recovery(error: ErrorData) {
    return html`<hr-notice tone="warning" .error=${error} message=${laterTexts().loading.takingOver}></hr-notice>`
  }

  /** Where a member is the reason, the ways on stand with its name. */
  #failure(error: ErrorData) {
    const isMembers = hasTrouble(this.view)
    return html`<hr-notice .error=${error} action=${isMembers ? '' : texts.room.loadAgain} @hr-notice-action=${() => this.#ask({ kind: 'load-again' })}>
      ${
        isMembers || !lacksMemory.has(error.code)
          ? null
          : html`<div><button data-testid="load-smaller" @click=${() => this.#ask({ kind: 'load-again', weights: 'int4' })}>${laterTexts().loading.smaller}</button></div>`
      }
    </hr-notice>`
  }

  #act(notice: ErrorData) {
    const { code } = notice
    if (code === 'version-mismatch') return this.#ask({ kind: 'reload-page' })
    if (code === 'storage-full') return this.#ask({ kind: 'show-kept' })
    this.#dismiss(notice)
  }

  #dismiss({ message }: ErrorData) {
    this.dismissed = [...this.dismissed, message]
  }

  #ask(command: Command) {
    this.dispatchEvent(new CommandEvent(command))
  }
}

/** Failures that smaller weights may help with. */
const lacksMemory: ReadonlySet<string> = new Set(['out-of-memory', 'plan-impossible', 'device-lost'])

function actionFor({ code }: ErrorData): string {
  if (code === 'version-mismatch') return texts.page.reload
  return code === 'storage-full' ? laterTexts().loading.freeSpace : texts.page.dismiss
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-room-state': HrRoomState
  }
}
