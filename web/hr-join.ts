// What a guest sees who opened a room's link: what this is, what it takes in numbers, and one button.
import { css, html, LitElement, type PropertyValues } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { CatalogueModel, DeviceProfile, ErrorData, RoomSign } from '../src/index.ts'
import { CommandEvent } from './commands.ts'
import './hr-terms.ts'
import { canWatch, type JoiningObstacle, joiningObstacle } from './joining-obstacle.ts'
import { LaterPart } from './later-part.ts'
import { narrowScreen, shared } from './styles.ts'
import { texts } from './texts/texts.ts'

/** @fires hr-command `join-room`, to watch where this device cannot compute */
@customElement('hr-join')
export class HrJoin extends LitElement {
  /** null until this device has measured itself. */
  @property({ attribute: false }) profile: DeviceProfile | null = null
  /** The model the room most likely runs, to say how large a download can get; null when not known. */
  @property({ attribute: false }) model: CatalogueModel | null = null
  /** Of this page’s server, for their names; null while it is asked. */
  @property({ attribute: false }) models: readonly CatalogueModel[] | null = null
  /** What the room says of itself; null where that is not known. */
  @property({ attribute: false }) sign: RoomSign | null = null
  /** What came of measuring this device, or of the last try; null where nothing went wrong. */
  @property({ attribute: false }) failure: ErrorData | null = null
  /** A tab that was in the room before it was reloaded goes back by itself. */
  @property({ type: Boolean }) returning = false
  /** Is it on its way in? */
  @property({ type: Boolean }) joining = false
  /** Where the same server is secure; null: not known. */
  @property({ attribute: false }) secureUrl: string | null = null
  #wording: typeof import('./sign-words.ts') | null = null
  readonly #later = new LaterPart(this, async () => {
    this.#wording = await import('./sign-words.ts')
  })

  static override styles = [
    shared,
    narrowScreen,
    css`
      .who { color: var(--ink); }
    `,
  ]

  override render() {
    const words = texts.join
    if (this.returning && this.joining) return html`<h1 tabindex="-1" role="status">${words.comingBack}</h1>`
    const obstacle = joiningObstacle(this.failure)
    if (obstacle) return this.#cannot(obstacle)
    const known = this.sign && this.#wording?.wordSign(this.sign, this.profile, this.models)
    const model = known?.share ? null : this.model
    return html`
      <section>
        <h1 tabindex="-1">${words.heading}</h1>
        <p class="lead" aria-live="polite" data-testid="lead">${known ? html`<span class="who">${known.who}</span> ${known.what}` : words.lead}</p>
      </section>
      <hr-terms .profile=${this.profile} .model=${model} .share=${known?.share ?? null}></hr-terms>
      <div class="actions">
        <button class="primary large wide" data-testid="join" ?disabled=${this.joining} @click=${this.#join}>
          ${this.joining ? words.joining : words.join}
        </button>
      </div>
      <p class="small muted">${words.private} ${words.keepOpen}</p>
      <p class="small muted">${words.downloads(model)}</p>
    `
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('sign') && this.sign) void this.#later.fetch()
  }

  #cannot(obstacle: JoiningObstacle) {
    const { heading, help } = texts.cannotJoin[obstacle]
    return html`
      <section role="status" data-testid="cannot-join">
        <h1 tabindex="-1">${heading}</h1>
        <p class="lead">${help}</p>
      </section>
      ${
        obstacle === 'insecure' && this.secureUrl
          ? html`<p><a href=${new URL(location.hash, this.secureUrl).href} data-testid="secure-address">${texts.waiting.secureAddress}</a></p>`
          : null
      }
      ${
        canWatch(obstacle)
          ? html`<button class="primary large" data-testid="watch" ?disabled=${this.joining} @click=${this.#watch}>
              ${this.joining ? texts.join.joining : texts.cannotJoin.watch}
            </button>`
          : null
      }
    `
  }

  #watch() {
    this.dispatchEvent(new CommandEvent({ kind: 'join-room', watch: true }))
  }

  #join() {
    this.dispatchEvent(new CommandEvent({ kind: 'join-room' }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-join': HrJoin
  }
}
