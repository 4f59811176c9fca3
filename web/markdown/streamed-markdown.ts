// Markdown that grows. Blocks and items of lists that are finished are rendered once and never touched again; only the last one is
// rendered anew while it grows, and where it is long, in steps that grow with it. So the work for a token does not grow with the answer.
import type { Token, Tokens } from 'marked'
import remend from 'remend'
import { CodeBlock, dressCode } from './code-block.ts'
import { GrowingCode } from './growing-code.ts'
import { renderMath } from './math.ts'
import { blockHtml, blocksOf, itemHtml } from './parse-markdown.ts'
import { safeFragment } from './safe-fragment.ts'

/** Characters that may be rendered anew for every piece. */
const cheapLength = 2_000
/** A longer last block is rendered anew when it has grown by this part of it. */
const growthPart = 1 / 8

/** A last line of nothing but marks may still become anything: a list, a rule, a fence, the underline of a heading. */
const undecidedLine = /(?:^|\n)[ \t]*(?:[-=*+_#>`~]+|\d+[.)]?|\|[-|: ]*)[ \t]*$/

export class StreamedMarkdown {
  /** Characters parsed so far: what the tests hold the work to. */
  parsedLength = 0
  readonly #container: HTMLElement
  /** Source of what is not finished. */
  #tail = ''
  /** How much of the tail was there when it was rendered last. */
  #renderedLength = 0
  /** Shows the tail. */
  #element: HTMLElement | null = null
  /** Takes what comes between two renderings of a long paragraph. */
  #paragraph: Element | null = null
  #list: HTMLElement | null = null
  #code: GrowingCode | null = null

  /** Takes the container over and empties it. */
  constructor(container: HTMLElement) {
    this.#container = container
    container.replaceChildren()
  }

  append(piece: string): void {
    const text = piece.replaceAll('\r', '')
    const endsBlock = text.includes('\n\n') || (text.startsWith('\n') && this.#tail.endsWith('\n'))
    this.#tail += text
    if (this.#code) {
      if (this.#code.append(text)) this.#render(false)
    } else if (endsBlock || this.#isDue()) this.#render(false)
    else this.#paragraph?.append(text)
  }

  /** Nothing comes after `rest`. */
  finish(rest = ''): void {
    this.#tail += rest.replaceAll('\r', '')
    this.#render(true)
    this.#tail = ''
  }

  #isDue(): boolean {
    const { length } = this.#tail
    return length <= cheapLength || length - this.#renderedLength >= this.#renderedLength * growthPart
  }

  #render(isWhole: boolean): void {
    const source = isWhole ? this.#tail : this.#tail.replace(undecidedLine, '')
    const blocks = blocksOf(source)
    this.parsedLength += source.length
    const lastIndex = blocks.findLastIndex(({ type }) => type !== 'space')
    for (const [index, block] of blocks.entries()) {
      if (index > lastIndex) break
      const isFinished = isWhole || index < lastIndex || GrowingCode.isClosed(block)
      if (isFinished) this.#tail = this.#tail.slice(block.raw.length)
      if (block.type !== 'space') this.#show(block, isFinished)
    }
    this.#renderedLength = this.#tail.length
  }

  #show(block: Token, isFinished: boolean): void {
    this.#paragraph = null
    if (block.type === 'list') this.#showList(block as Tokens.List, isFinished)
    else if (block.type === 'code' && (isFinished || GrowingCode.isFenced(block)))
      this.#showCode(block as Tokens.Code, isFinished)
    else this.#showBlock(block, isFinished)
  }

  #showBlock(block: Token, isFinished: boolean): void {
    if (this.#list) this.#leaveList()
    this.#element ??= this.#newBlock()
    this.#element.replaceChildren(safeFragment(blockHtml(isFinished ? block : healed(block))))
    renderMath(this.#element)
    if (block.type === 'paragraph') this.#paragraph = this.#element.querySelector('p')
    if (isFinished) this.#finishElement()
  }

  /** All items but the last are finished, and leave the tail. */
  #showList({ items, ordered, start }: Tokens.List, isFinished: boolean): void {
    if (!this.#list) {
      this.#element?.remove()
      this.#list = document.createElement(ordered ? 'ol' : 'ul')
      if (ordered && start !== 1) this.#list.setAttribute('start', String(start))
      this.#newBlock().append(this.#list)
      this.#element = null
    }
    for (const [index, item] of items.entries()) {
      this.#element ??= this.#list.appendChild(document.createElement('li'))
      this.#element.replaceChildren(safeFragment(itemHtml(item)))
      renderMath(this.#element)
      if (!isFinished && index === items.length - 1) return
      if (!isFinished) this.#tail = this.#tail.slice(item.raw.length)
      this.#finishElement()
    }
    this.#list = null
  }

  /** What was taken for an item's beginning is something else. */
  #leaveList(): void {
    this.#element?.remove()
    this.#element = null
    this.#list = null
  }

  #showCode({ raw, text, lang }: Tokens.Code, isFinished: boolean): void {
    if (this.#list) this.#leaveList()
    if (!isFinished && !raw.includes('\n')) return
    const block = this.#code?.block ?? new CodeBlock(lang)
    if (!this.#code) {
      this.#element ??= this.#newBlock()
      this.#element.replaceChildren(block.element)
    }
    if (isFinished) {
      block.finish(text)
      this.#code = null
      this.#element = null
    } else this.#code = new GrowingCode(block, this.#tail)
  }

  #finishElement(): void {
    if (this.#element) dressCode(this.#element)
    this.#element = null
    this.#paragraph = null
  }

  #newBlock(): HTMLElement {
    const block = document.createElement('div')
    block.className = 'block'
    block.dir = 'auto'
    this.#container.append(block)
    return block
  }
}

/** Emphasis and code that are not closed yet look as they will when they are. */
function healed(block: Token): Token {
  if (block.type !== 'paragraph' && block.type !== 'heading') return block
  const [whole] = blocksOf(remend(block.raw, { katex: false, setextHeadings: false, htmlTags: false }))
  return whole?.type === block.type ? whole : block
}
