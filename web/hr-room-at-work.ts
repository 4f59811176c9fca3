// The room at work: who holds what of the model, and what each token takes of every device. The pictures are fetched when there is
// something to draw.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { RoomView, ShardPlan } from '../src/index.ts'
import { LaterPart } from './later-part.ts'
import { shared } from './styles.ts'
import { laterTexts } from './texts/later-texts.ts'

@customElement('hr-room-at-work')
export class HrRoomAtWork extends LitElement {
  /** Its plan and its steps are what is drawn. */
  @property({ attribute: false }) view!: RoomView
  readonly #drawn = new LaterPart(this, () =>
    Promise.all([import('./room-work/hr-shard-map.ts'), import('./room-work/hr-token-timeline.ts')]),
  )

  static override styles = [
    shared,
    css`
      :host { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; }
      h3 { font-size: 1rem; font-weight: 620; }
      section { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.5rem; }
    `,
  ]

  protected override willUpdate() {
    this.hidden = this.view.plan === null
    if (!this.hidden && this.#drawn.state === 'unasked') void this.#drawn.fetch()
  }

  override render() {
    const { plan } = this.view
    const words = laterTexts().work
    if (!plan) return null
    return html`<h2>${words.heading}</h2>
      ${this.#drawn.state === 'missing' ? html`<p class="small muted">${words.missing}</p>` : null}
      ${this.#drawn.state === 'here' ? this.#pictures(plan) : null}`
  }

  #pictures(plan: ShardPlan) {
    const { steps, devices } = this.view
    const words = laterTexts().work
    return html`<section><h3>${words.mapHeading}</h3><hr-shard-map .plan=${plan} .devices=${devices}></hr-shard-map></section>
      <section><h3>${words.timelineHeading}</h3><hr-token-timeline .steps=${steps} .devices=${devices}></hr-token-timeline></section>`
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-room-at-work': HrRoomAtWork
  }
}
