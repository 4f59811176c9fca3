// A text that grows, as sentences that are whole. The browser's own segmenter knows where sentences end in all scripts.

/** Without an end for so long, words are given out as they are: code, lists, poems. */
const longestSentence = 400

export class SentenceStream {
  readonly #segmenter: Intl.Segmenter
  readonly #onSentence: (sentence: string) => void
  #rest = ''

  /** `onSentence` gets each sentence once, without Markdown's marks and white space around it. */
  constructor(language: string, onSentence: (sentence: string) => void) {
    this.#segmenter = new Intl.Segmenter(language, { granularity: 'sentence' })
    this.#onSentence = onSentence
  }

  append(piece: string): void {
    this.#rest += piece
    const segments = [...this.#segmenter.segment(this.#rest)].map(({ segment }) => segment)
    const last = segments.at(-1) ?? ''
    const isWhole = last.endsWith('\n') || last.length >= longestSentence
    for (const segment of isWhole ? segments : segments.slice(0, -1)) this.#give(segment)
    this.#rest = isWhole ? '' : last
  }

  finish(): void {
    this.#give(this.#rest)
    this.#rest = ''
  }

  #give(segment: string): void {
    const sentence = segment
      .replace(/[*_`#>|~$\\]+/g, '')
      .replace(/\s+/g, ' ')
      .trim()
    if (sentence !== '') this.#onSentence(sentence)
  }
}
