import type { ReactiveController, ReactiveControllerHost } from 'lit'

/** What people do with a page. */
const doings = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'scroll', 'focusin'] as const

/** Tells when nobody has done anything on the page for `quietMs`, while a component is on it. */
export class QuietTimer implements ReactiveController {
  quiet = false
  readonly #host: ReactiveControllerHost & EventTarget
  readonly #quietMs: () => number
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(host: ReactiveControllerHost & EventTarget, quietMs: () => number) {
    this.#host = host
    this.#quietMs = quietMs
    host.addController(this)
  }

  hostConnected(): void {
    for (const doing of doings) window.addEventListener(doing, this.#heard, { capture: true, passive: true })
    this.restart()
  }

  hostDisconnected(): void {
    for (const doing of doings) window.removeEventListener(doing, this.#heard, { capture: true })
    clearTimeout(this.#timer)
  }

  /** Somebody is there. */
  restart(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#set(true), this.#quietMs())
    this.#set(false)
  }

  /** Where the focus goes to the component itself, as when it opens a dialog, nobody has done anything. */
  readonly #heard = (event: Event) => {
    if (event.type !== 'focusin' || !event.composedPath().includes(this.#host)) this.restart()
  }

  #set(quiet: boolean): void {
    if (quiet === this.quiet) return
    this.quiet = quiet
    this.#host.requestUpdate()
  }
}
