import type { ReactiveController, ReactiveControllerHost } from 'lit'

/** How long a component says that it has copied. */
const saidMs = 2_000

/** Copies texts for a component, and says for a while what came of it. */
export class Copying implements ReactiveController {
  outcome: 'none' | 'copied' | 'refused' = 'none'
  readonly #host: ReactiveControllerHost
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  hostDisconnected(): void {
    this.forget()
  }

  /** Resolves with whether the browser let the page copy. */
  async copy(text: string): Promise<boolean> {
    try {
      await navigator.clipboard.writeText(text)
      this.#say('copied')
    } catch (error) {
      console.info('The browser refused the clipboard.', error)
      this.#say('refused')
    }
    return this.outcome === 'copied'
  }

  forget(): void {
    clearTimeout(this.#timer)
    this.#show('none')
  }

  #say(outcome: 'copied' | 'refused'): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#show('none'), saidMs)
    this.#show(outcome)
  }

  #show(outcome: Copying['outcome']): void {
    this.outcome = outcome
    this.#host.requestUpdate()
  }
}
