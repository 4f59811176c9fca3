// What the engine says of an error: always English, so in other languages it is folded away for whoever asks for it.
import { html } from 'lit'
import { texts } from './texts/texts.ts'

/** Stands beneath the page's own words for the error's code. */
export function engineWords(message: string) {
  const own = html`<p class="small muted" lang="en">${message}</p>`
  if (texts.language === 'en') return own
  return html`<details><summary class="small">${texts.page.details}</summary>${own}</details>`
}
