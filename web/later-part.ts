// Code of the page that is fetched when it is first wanted, and how that stands: a screen, a picture, a reader of codes.
import type { ReactiveController, ReactiveControllerHost } from 'lit'

export class LaterPart implements ReactiveController {
  state: 'unasked' | 'fetching' | 'here' | 'missing'
  readonly #host: ReactiveControllerHost
  readonly #load: () => Promise<unknown>

  /** `load` imports it; `isHere`: another element of the page has fetched it before. */
  constructor(host: ReactiveControllerHost, load: () => Promise<unknown>, isHere = false) {
    this.#host = host
    this.#load = load
    this.state = isHere ? 'here' : 'unasked'
    host.addController(this)
  }

  hostConnected(): void {}

  /** Never rejects: what could not be fetched is `missing`, and is tried again when it is next asked for. */
  async fetch(): Promise<void> {
    if (this.state === 'here' || this.state === 'fetching') return
    this.#set('fetching')
    try {
      await this.#load()
      this.#set('here')
    } catch (error) {
      console.warn('A part of the page could not be fetched.', error)
      this.#set('missing')
    }
  }

  #set(state: LaterPart['state']): void {
    this.state = state
    this.#host.requestUpdate()
  }
}
