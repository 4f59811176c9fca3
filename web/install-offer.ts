// Whether this page can be put among the device's apps, and how: by the browser's own prompt, or by hand where it has none (iOS). Offered
// until somebody has answered, and not where it is an app already.

import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { keepItem } from './kept-item.ts'

/** Chromium's event; no standard, so no type of the DOM's. */
interface InstallPromptEvent extends Event {
  prompt(): Promise<{ outcome: 'accepted' | 'dismissed' }>
}

/** `prompt`: the browser asks. `by-hand`: people do it in its menu. `none`: nothing to offer. */
export type InstallWay = 'prompt' | 'by-hand' | 'none'

const answeredKey = 'headroom.install-answered'

export class InstallOffer implements ReactiveController {
  readonly #host: ReactiveControllerHost
  readonly #storage: Storage
  #prompt: InstallPromptEvent | null = null

  constructor(host: ReactiveControllerHost, storage: Storage) {
    this.#host = host
    this.#storage = storage
    host.addController(this)
  }

  get way(): InstallWay {
    if (isInstalled() || this.#storage.getItem(answeredKey) !== null) return 'none'
    if (this.#prompt) return 'prompt'
    return isIos() && isSecureContext ? 'by-hand' : 'none'
  }

  hostConnected(): void {
    window.addEventListener('beforeinstallprompt', this.#offered)
    window.addEventListener('appinstalled', this.#answered)
  }

  hostDisconnected(): void {
    window.removeEventListener('beforeinstallprompt', this.#offered)
    window.removeEventListener('appinstalled', this.#answered)
  }

  /** Whatever somebody answers the browser, this page asks no more. */
  async install(): Promise<void> {
    const prompt = this.#prompt
    this.#prompt = null
    await prompt?.prompt()
    this.decline()
  }

  decline(): void {
    keepItem(this.#storage, answeredKey, new Date().toISOString())
    this.#host.requestUpdate()
  }

  readonly #offered = (event: Event) => {
    if (!isPrompt(event)) return
    event.preventDefault() // The page offers it in its own place.
    this.#prompt = event
    this.#host.requestUpdate()
  }

  readonly #answered = () => this.decline()
}

function isPrompt(event: Event): event is InstallPromptEvent {
  return 'prompt' in event && typeof event.prompt === 'function'
}

function isInstalled(): boolean {
  return (
    window.matchMedia('(display-mode: standalone)').matches ||
    ('standalone' in navigator && navigator.standalone === true)
  )
}

/** Only iOS' browsers know whether they stand alone, and none of them has a prompt. */
function isIos(): boolean {
  return 'standalone' in navigator
}
