// The page speaks the browser's language, also when people change that while the page is open: nothing is reloaded, nothing is lost.
import { LitElement } from 'lit'
import { languageEvent, languageFor, speak } from './texts.ts'

export function followLanguage(): void {
  window.addEventListener('languagechange', () => void change())
}

async function change(): Promise<void> {
  await speak(languageFor(navigator.languages))
  window.dispatchEvent(new Event(languageEvent))
  renderAnew(document)
}

/** Components read their words while they render. */
function renderAnew(root: ParentNode): void {
  for (const element of root.querySelectorAll('*')) {
    if (element instanceof LitElement) element.requestUpdate()
    if (element.shadowRoot) renderAnew(element.shadowRoot)
  }
}
