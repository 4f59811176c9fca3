// Short facts in a row, a dot between them.
import { css, html } from 'lit'

/** Where a line wraps, the dot falls outside and is cut off. */
export function facts(parts: readonly string[]) {
  return html`<span>${parts.map((part) => html`<span>${part}</span>`)}</span>`
}

/** For the element of class `facts` around them. */
export const factsStyle = css`
  .facts { overflow: hidden; }
  .facts > span { display: flex; flex-wrap: wrap; margin-inline-start: -1rem; }
  .facts > span > span::before { content: '·'; display: inline-block; width: 1rem; text-align: center; color: var(--line-strong); }
`
