// A fenced block of code whose end has not come yet: lines go to the block as they are, without a parser.
import type { Token } from 'marked'
import type { CodeBlock } from './code-block.ts'

const opening = /^ {0,3}(`{3,}|~{3,})/

export class GrowingCode {
  readonly block: CodeBlock
  readonly #closing: RegExp
  /** The last line, whose break has not come. */
  #line = ''
  #shownOfLine = 0

  /** `source` begins with the opening fence, and its line is whole. */
  constructor(block: CodeBlock, source: string) {
    this.block = block
    const [, fence = '```'] = opening.exec(source) ?? []
    this.#closing = closingFence(fence)
    this.append(source.slice(source.indexOf('\n') + 1))
  }

  static isFenced({ raw }: Token): boolean {
    return opening.test(raw)
  }

  static isClosed({ type, raw }: Token): boolean {
    const [, fence] = opening.exec(raw) ?? []
    if (type !== 'code' || fence === undefined) return false
    const lines = raw.trimEnd().split('\n')
    return lines.length > 1 && closingFence(fence).test(lines.at(-1)!)
  }

  /** True when the closing fence has come. */
  append(text: string): boolean {
    const lines = (this.#line + text).split('\n')
    this.#line = lines.pop()!
    for (const line of lines) {
      if (this.#closing.test(line)) return true
      this.block.append(`${line.slice(this.#shownOfLine)}\n`)
      this.#shownOfLine = 0
    }
    // A line that begins like a fence waits for its end.
    if (/^ {0,3}[`~]/.test(this.#line)) return false
    this.block.append(this.#line.slice(this.#shownOfLine))
    this.#shownOfLine = this.#line.length
    return false
  }
}

function closingFence(fence: string): RegExp {
  return new RegExp(`^ {0,3}${fence[0]}{${fence.length},}[ \\t]*$`)
}
