// What shows a text that grows: as Markdown once that library is there, as it stands until then.

export interface GrowingText {
  append(piece: string): void
  /** Nothing more will come. */
  finish(): void
}

type MakeGrowingText = (container: HTMLElement) => GrowingText

const asItStands: MakeGrowingText = (container) => ({
  append: (piece) => container.append(piece),
  finish: () => undefined,
})

let make: MakeGrowingText = asItStands
let fetching: Promise<void> | null = null

/** Fetches what renders Markdown; call it when an answer is likely. Answers stay plain text where it cannot be fetched. */
export function fetchMarkdown(): Promise<void> {
  fetching ??= import('../markdown/streamed-markdown.ts').then(
    ({ StreamedMarkdown }) => {
      make = (container) => new StreamedMarkdown(container)
    },
    (error: unknown) => {
      fetching = null
      console.info('Answers are shown as plain text: the Markdown library could not be fetched.', error)
    },
  )
  return fetching
}

export type TextStyle = 'plain' | 'markdown'

/** What a text that begins now is shown as. */
export function textStyle(): TextStyle {
  return make === asItStands ? 'plain' : 'markdown'
}

/** In a new element at the end of `parent`, whose class is its style. */
export function growingText(parent: HTMLElement): GrowingText {
  const container = document.createElement('div')
  container.className = textStyle()
  parent.append(container)
  return make(container)
}
