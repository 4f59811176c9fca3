// What the keyboard does anywhere in the chat. Alt with Shift and a letter is free in the browsers, and writes nothing that people miss.
import type { ReactiveController, ReactiveControllerHost } from 'lit'

export interface ShortcutActions {
  newChat(): void
  conversations(): void
  help(): void
  /** Returns whether there was something to stop. */
  stop(): boolean
}

/** How Apple's keyboards write keys that others name; null on other devices. */
export const appleKeys = /Mac|iPhone|iPad/.test(navigator.userAgent)
  ? { newChat: '⌥ + ⇧ + N', conversations: '⌥ + ⇧ + L', help: '⌘ + /' }
  : null

/** Listens while its host is on the page; a dialog that is open has the keyboard to itself. */
export class Shortcuts implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement
  readonly #actions: ShortcutActions

  constructor(host: ReactiveControllerHost & HTMLElement, actions: ShortcutActions) {
    this.#host = host
    this.#actions = actions
    host.addController(this)
  }

  hostConnected(): void {
    window.addEventListener('keydown', this.#pressed)
  }

  hostDisconnected(): void {
    window.removeEventListener('keydown', this.#pressed)
  }

  readonly #pressed = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || !this.#host.checkVisibility()) return
    if (event.composedPath().some((node) => node instanceof HTMLDialogElement)) return
    if (this.#act(event)) event.preventDefault()
  }

  #act(event: KeyboardEvent): boolean {
    if (event.key === 'Escape') return this.#actions.stop()
    if (event.key === '/' && (event.ctrlKey || event.metaKey)) return act(this.#actions.help)
    if (!event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey) return false
    const letter = letterOf(event)
    if (letter === 'N') return act(this.#actions.newChat)
    return letter === 'L' && act(this.#actions.conversations)
  }
}

function act(action: () => void): true {
  action()
  return true
}

/** With Alt, some systems write a sign in the letter's place: then its place on the keyboard counts. */
function letterOf({ key, code }: KeyboardEvent): string {
  return /^[a-z]$/i.test(key) ? key.toUpperCase() : code.replace(/^Key/, '')
}
