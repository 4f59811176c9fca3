// Formulas among Markdown: \( … \) and $ … $ in a line, \[ … \] and $$ … $$ as blocks. They become elements that `math.ts` fills.
import type { TokenizerAndRendererExtension } from 'marked'

const inLine = /^\\\((.+?)\\\)|^\$(?![\s$])((?:\\.|[^$\\\n])+?)(?<!\s)\$(?![\d$])/
const asBlock = /^(?:\\\[([\s\S]+?)\\\]|\$\$([\s\S]+?)\$\$)[ \t]*(?:\n+|$)/
const displayInLine = /^\$\$([^$\n]+?)\$\$|^\\\[([^\n]+?)\\\]/

/** `asText` makes text safe inside an element. */
export function mathExtensions(asText: (text: string) => string): TokenizerAndRendererExtension[] {
  const element = (tex: string, display: boolean) =>
    `<span class="math" data-display="${display}">${asText(tex.trim())}</span>`
  return [
    {
      name: 'mathBlock',
      level: 'block',
      start: (source) => earliest(source, ['\n$$', '\n\\[']),
      tokenizer: (source) => token('mathBlock', asBlock.exec(source)),
      renderer: ({ tex }) => `<p class="formula">${element(tex, true)}</p>`,
    },
    {
      name: 'mathInline',
      level: 'inline',
      start: (source) => earliest(source, ['$', '\\(', '\\[']),
      tokenizer: (source) => token('mathInline', displayInLine.exec(source) ?? inLine.exec(source)),
      renderer: ({ tex }) => element(tex, false),
    },
  ]
}

function token(type: string, match: RegExpExecArray | null) {
  return match ? { type, raw: match[0], tex: match[1] ?? match[2] ?? '' } : undefined
}

function earliest(source: string, marks: readonly string[]): number | undefined {
  const places = marks.map((mark) => source.indexOf(mark)).filter((place) => place >= 0)
  return places.length === 0 ? undefined : Math.min(...places)
}
