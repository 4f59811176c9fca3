// The words of a room at work in the page's language. They come with the screens that show them, in all languages at once: the first screen
// has no use for them.
import { deWork } from './de-work.ts'
import { enWork } from './en-work.ts'
import { texts } from './texts.ts'

const catalogues = new Map([
  ['en', enWork],
  ['de', deWork],
])

/** As the page speaks now. */
export function workTexts(): typeof enWork {
  return catalogues.get(texts.language) ?? enWork
}
