// The page's words in the language of whoever reads it. English comes with the page; another language is fetched before the first
// component renders. Components read `texts` while they render, never while their module loads.
import { en, type Texts } from './en.ts'

export type { Texts }

/** In the chosen language; English until `speak` has resolved. */
export let texts: Texts = en

/** Fired at the window when `texts` has become another language's while the page is open. */
export const languageEvent = 'hr-language'

/** The language code of each catalogue to where it is loaded from. */
const catalogues = new Map<string, () => Promise<Texts>>([
  ['en', async () => en],
  ['de', async () => (await import('./de.ts')).de],
])

/** The best of our languages for somebody who reads these (BCP 47, best first, as in `navigator.languages`). */
export function languageFor(wanted: readonly string[]): string {
  const codes = wanted.map((tag) => tag.split('-')[0]!.toLowerCase())
  return codes.find((code) => catalogues.has(code)) ?? 'en'
}

/** Switches `texts` and `<html lang>`. A catalogue that cannot be fetched leaves English: words are no reason not to start. */
export async function speak(language: string): Promise<void> {
  try {
    texts = (await catalogues.get(language)?.()) ?? en
  } catch (error) {
    console.warn(`The words in "${language}" could not be fetched, so the page speaks English.`, error)
    texts = en
  }
  document.documentElement.lang = texts.language
}
