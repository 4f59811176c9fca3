// Markdown as models write it, to HTML by `marked`: no raw HTML, no pictures from elsewhere (they would tell their server who reads
// what), links that leave the page open a new one. What is not trusted here is sanitised once more in `safe-fragment.ts`.
import { Marked, type Token, type Tokens } from 'marked'
import { mathExtensions } from './math-syntax.ts'

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character]!)
}

function link(href: string, inner: string): string {
  if (!/^(https?:|mailto:)/i.test(href)) return inner
  return `<a href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer nofollow">${inner}</a>`
}

const marked = new Marked({
  gfm: true,
  extensions: mathExtensions(escapeHtml),
  renderer: {
    html: ({ raw }) => escapeHtml(raw),
    image: ({ href, text }) => link(href, escapeHtml(text || href)),
    link({ href, tokens }) {
      return link(href, this.parser.parseInline(tokens))
    },
    code: ({ text, lang }) =>
      `<pre data-language="${escapeHtml(lang?.split(/\s/, 1)[0] ?? '')}"><code>${escapeHtml(text)}</code></pre>`,
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
  },
})

/** The blocks of `source` in order; their `raw` texts together are `source`. */
export function blocksOf(source: string): Token[] {
  return [...marked.lexer(source)]
}

export function blockHtml(block: Token): string {
  return marked.parser([block]).trim()
}

/** The inner HTML of one item of a list. */
export function itemHtml(item: Tokens.ListItem): string {
  return marked
    .parser([{ type: 'list', raw: item.raw, ordered: false, start: '', loose: item.loose, items: [item] }])
    .trim()
    .replace(/^<ul>\s*<li>|<\/li>\s*<\/ul>$/g, '')
}
