// A block of code: its language, a button that copies it, and its lines. While it is written, whole lines are closed off in groups, so
// that the browser lays out the newest ones only.
import '../chat/hr-copy.ts'
import { texts } from '../texts/texts.ts'
import { highlighted } from './highlight.ts'
import { safeFragment } from './safe-fragment.ts'

const linesPerGroup = 32

export class CodeBlock {
  readonly element = document.createElement('div')
  readonly #copy = document.createElement('hr-copy')
  readonly #code = document.createElement('code')
  readonly #language: string
  #group: HTMLElement | null = null
  #lines = 0

  /** `info` is what stands after the opening fence; its first word is the language. */
  constructor(info = '') {
    this.#language = info.split(/\s/, 1)[0] ?? ''
    this.element.className = 'code'
    const head = document.createElement('div')
    head.className = 'code-head'
    const name = document.createElement('span')
    name.textContent = this.#language
    head.append(name, this.#copy)
    const box = document.createElement('pre')
    box.tabIndex = 0
    box.dir = 'ltr'
    box.role = 'group'
    box.setAttribute('aria-label', texts.chat.code(this.#language))
    box.append(this.#code)
    this.element.append(head, box)
  }

  append(text: string): void {
    if (text === '') return
    if (!this.#group || this.#lines >= linesPerGroup) {
      this.#group = document.createElement('span')
      this.#group.className = 'lines'
      this.#code.append(this.#group)
      this.#lines = 0
    }
    this.#group.append(text)
    if (text.endsWith('\n')) this.#lines++
  }

  /** The whole code: nothing more will come. Its colours follow in the same place. */
  finish(code: string): void {
    this.#copy.text = code
    this.#code.replaceChildren(code)
    highlighted(code, this.#language).then(
      (html) => html !== null && this.#code.replaceChildren(safeFragment(html)),
      (error: unknown) => console.info('Code stays plain: the library for its colours could not be fetched.', error),
    )
  }
}

/** Code inside of lists and quotations gets what code of its own has. */
export function dressCode(root: HTMLElement): void {
  for (const plain of root.querySelectorAll<HTMLElement>('pre[data-language]')) {
    const block = new CodeBlock(plain.dataset.language)
    block.finish(plain.textContent ?? '')
    plain.replaceWith(block.element)
  }
}
