// The last wall between what a model writes and the page: DOMPurify takes out whatever could run, load, or leave its place.
import DOMPurify from 'dompurify'

const purify = DOMPurify(window)
const config = {
  USE_PROFILES: { html: true, mathMl: true },
  FORBID_TAGS: [
    'style',
    'form',
    'input',
    'button',
    'img',
    'picture',
    'video',
    'audio',
    'source',
    'dialog',
    'svg',
    'template',
    'slot',
  ],
  FORBID_ATTR: ['style', 'id', 'name'],
  ADD_ATTR: ['target'],
  RETURN_DOM_FRAGMENT: true as const,
}

export function safeFragment(html: string): DocumentFragment {
  return purify.sanitize(html, config)
}
