import { css } from 'lit'

/** How an answer's Markdown looks; colours of code are those of the page's palette. */
export const markdownStyles = css`
  .block { margin-block: 0 0.75rem; overflow-wrap: anywhere; }
  .block:last-child { margin-block-end: 0; }
  /* Of a long answer, finished blocks out of sight are neither laid out nor painted; what has the focus may reach over a block's edge. */
  .block:not(:last-child) { content-visibility: auto; contain-intrinsic-block-size: auto 4rem; overflow-clip-margin: 0.5rem; }
  .block :is(h1, h2, h3, h4, h5, h6) { font-size: 1.0625rem; letter-spacing: -0.005em; font-weight: 640; margin-block: 0.5rem 0; line-height: 1.4; }
  .block h1 { font-size: 1.375rem; }
  .block h2 { font-size: 1.1875rem; }
  .block p { white-space: pre-line; }
  .block :is(ul, ol) { padding-inline-start: 1.5rem; }
  .block ul { list-style: disc; }
  .block ol { list-style: decimal; }
  .block li { margin-block: 0.25rem; }
  .block blockquote { margin: 0; padding-inline-start: 0.875rem; border-inline-start: 3px solid var(--line-strong); color: var(--muted); }
  .block hr { border: 0; border-block-start: 1px solid var(--line-strong); margin-block: 1rem; }
  .block :not(pre) > code { font-size: 0.9em; background: var(--hover); border-radius: 0.375rem; padding: 0.125rem 0.3125rem; }
  .block:has(> table) { overflow-x: auto; }
  .block table { border-collapse: collapse; font-size: 0.9375rem; }
  .block :is(th, td) { border: 1px solid var(--line-strong); padding: 0.375rem 0.625rem; text-align: start; overflow-wrap: normal; }
  .block th { background: var(--hover); font-weight: 600; }
  .formula { overflow-x: auto; overflow-y: hidden; text-align: center; }
  .code { border: 1px solid var(--line); border-radius: 0.75rem; background: var(--field); overflow: hidden; margin-block: 0.25rem; }
  .code-head { display: flex; align-items: center; justify-content: space-between; padding-inline: 0.875rem 0.25rem; min-height: 2.25rem; font-size: 0.8125rem; color: var(--muted); border-block-end: 1px solid var(--line); }
  .code pre { margin: 0; padding: 0.75rem 0.875rem; overflow-x: auto; font-size: 0.875rem; line-height: 1.5; tab-size: 4; }
  code { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace; }
  .lines { display: block; }
  .hljs-comment, .hljs-quote, .hljs-meta { color: var(--muted); }
  .hljs-keyword, .hljs-selector-tag, .hljs-literal, .hljs-type, .hljs-name { color: var(--code-keyword); }
  .hljs-string, .hljs-regexp, .hljs-addition { color: var(--code-string); }
  .hljs-number, .hljs-symbol, .hljs-attr, .hljs-attribute, .hljs-variable, .hljs-template-variable { color: var(--code-number); }
  .hljs-title, .hljs-section, .hljs-built_in, .hljs-selector-class, .hljs-selector-id { color: var(--code-title); }
  .hljs-deletion { color: var(--danger); }
`
