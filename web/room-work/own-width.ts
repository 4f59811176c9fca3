// How wide an element is, so that what it draws has the size of the page's own text and lines.
import type { LitElement, ReactiveController } from 'lit'

export class OwnWidth implements ReactiveController {
  /** In CSS pixels. */
  px = 320
  readonly #host: LitElement
  readonly #watcher: ResizeObserver

  constructor(host: LitElement) {
    this.#host = host
    this.#watcher = new ResizeObserver(([entry]) => this.#measured(entry?.contentRect.width ?? 0))
    host.addController(this)
  }

  hostConnected(): void {
    this.#watcher.observe(this.#host)
  }

  hostDisconnected(): void {
    this.#watcher.disconnect()
  }

  /** Nothing is as wide as 0 but what is not shown. */
  #measured(width: number): void {
    if (width === 0 || Math.round(width) === this.px) return
    this.px = Math.round(width)
    requestAnimationFrame(() => this.#host.requestUpdate()) // What is drawn anew may change its own size.
  }
}
