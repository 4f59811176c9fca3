// Is there room for two panels beside each other? The same width as in the style sheets of screens that have two.
import type { ReactiveController, ReactiveControllerHost } from 'lit'

export class WideWindow implements ReactiveController {
  readonly #host: ReactiveControllerHost
  readonly #query = matchMedia('(min-width: 56rem)')

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  get matches(): boolean {
    return this.#query.matches
  }

  hostConnected(): void {
    this.#query.addEventListener('change', this.#changed)
  }

  hostDisconnected(): void {
    this.#query.removeEventListener('change', this.#changed)
  }

  readonly #changed = () => this.#host.requestUpdate()
}
