// What a guest's device does for the room, in numbers: what it holds, its part of each token, what that takes.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { DeviceView, Holding, RoomView } from '../src/index.ts'
import { BatteryLevel } from './battery-level.ts'
import { facts, factsStyle } from './facts.ts'
import { shardParts } from './format.ts'
import './hr-token-share.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

@customElement('hr-serving')
export class HrServing extends LitElement {
  /** Of a guest: what is told is of its own device. */
  @property({ attribute: false }) view!: RoomView
  readonly #battery = new BatteryLevel(this)

  static override styles = [
    shared,
    factsStyle,
    css`
      :host { display: grid; gap: 1.25rem; }
      section { display: grid; gap: 0.5rem; }
      .share { font-size: 2.5rem; line-height: 1; font-weight: 680; letter-spacing: -0.03em; color: var(--accent-text); }
      dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 0.75rem 1.5rem; }
      dt { color: var(--muted); font-size: 0.8125rem; }
      dd { font-weight: 560; }
      .untold { font-weight: 400; color: var(--muted); }
    `,
  ]

  override render() {
    const own = this.view.devices.find(({ isSelf }) => isSelf)
    if (!own?.holding) return null
    const words = texts.serving
    return html`
      ${this.#holding(own.holding)}
      <section>
        <h2>${words.tokenHeading}</h2>
        <hr-token-share .steps=${this.view.steps}></hr-token-share>
      </section>
      <dl class="numbers" data-testid="served">${this.#facts(own).map(([name, value]) => html`<div><dt>${name}</dt><dd class=${value === words.notTold ? 'untold' : ''}>${value}</dd></div>`)}</dl>
    `
  }

  #holding(holding: Holding) {
    const words = texts.serving
    if (holding.weightBytes === 0) return null
    return html`<section data-testid="own-share">
      <h2 class="visually-hidden">${words.holds}</h2>
      <p class="share numbers">${texts.numbers.bytes(holding.weightBytes)}</p>
      <p class="muted">${texts.guest.ofTheWeights}</p>
      <p class="small facts">${facts([words.ofLayers(holding.layers), ...shardParts(holding)])}</p>
    </section>`
  }

  #facts({ report }: DeviceView): [string, string][] {
    const { served } = this.view
    const { battery } = this.#battery
    const words = texts.serving
    const { bytes } = texts.numbers
    return [
      ...(served ? [[words.tokens, texts.numbers.count(served.tokens)] satisfies [string, string]] : []),
      ...(served ? [[words.sent, bytes(served.bytes)] satisfies [string, string]] : []),
      ...(report ? [[words.downloaded, bytes(report.downloadedBytes)] satisfies [string, string]] : []),
      [words.battery, battery ? words.batteryLevel(battery.level, battery.charging) : words.notTold],
      [words.temperature, words.notTold],
    ]
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-serving': HrServing
  }
}
