// Keeps the screen on while a component is on the page (Screen Wake Lock, W3C). The browser takes the lock away whenever the page is
// hidden, so it is asked for again when the page is seen.
import type { ReactiveController, ReactiveControllerHost } from 'lit'

/** `refused`: by the browser, as on a low battery. `absent`: it has no such thing, or no secure context. */
export type ScreenState = 'asking' | 'held' | 'refused' | 'absent'

export class ScreenWakeLock implements ReactiveController {
  state: ScreenState = 'wakeLock' in navigator ? 'asking' : 'absent'
  readonly #host: ReactiveControllerHost
  #lock: WakeLockSentinel | null = null
  #connected = false

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  hostConnected(): void {
    this.#connected = true
    document.addEventListener('visibilitychange', this.#ask)
    void this.#ask()
  }

  hostDisconnected(): void {
    this.#connected = false
    document.removeEventListener('visibilitychange', this.#ask)
    void this.#lock?.release()
  }

  readonly #ask = async () => {
    if (this.state === 'absent' || this.state === 'held' || document.visibilityState !== 'visible') return
    try {
      const lock = await navigator.wakeLock.request('screen')
      if (!this.#connected || this.#lock) return await lock.release()
      this.#lock = lock
      lock.addEventListener('release', this.#released)
      this.#show('held')
    } catch (error) {
      console.info('The browser does not keep the screen on.', error)
      this.#show('refused')
    }
  }

  readonly #released = () => {
    this.#lock = null
    this.#show('asking')
    if (this.#connected) void this.#ask()
  }

  #show(state: ScreenState): void {
    this.state = state
    this.#host.requestUpdate()
  }
}
