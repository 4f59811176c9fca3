// What all components share: type, buttons, fields, cards. Colours and sizes are custom properties of page.css.
import { css } from 'lit'

export const shared = css`
  *,
  *::before,
  *::after { box-sizing: border-box; }
  [hidden] { display: none !important; }
  h1, h2, h3, p, ul, ol, dl, dd, fieldset { margin: 0; padding: 0; border: 0; min-width: 0; }
  ul, ol { list-style: none; }
  h1 { font-size: clamp(1.75rem, 1.3rem + 2vw, 2.5rem); line-height: 1.15; letter-spacing: -0.02em; font-weight: 680; text-wrap: balance; }
  h2 { font-size: 1.0625rem; font-weight: 640; letter-spacing: -0.005em; }
  a { color: var(--accent-text); }
  .muted { color: var(--muted); }
  .small { font-size: 0.875rem; }
  .numbers { font-variant-numeric: tabular-nums; }
  .card { background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius); padding: 1.25rem; }
  .stack { display: grid; gap: 1rem; }
  .row { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; }
  .apart { justify-content: space-between; }

  button, .button {
    font: inherit; font-weight: 560; color: var(--ink); cursor: pointer;
    display: inline-flex; align-items: center; justify-content: center; gap: 0.5rem; text-wrap: balance;
    min-height: var(--touch); padding: 0.5rem 1rem; border-radius: 0.75rem;
    background: var(--surface); border: 1px solid var(--line-strong);
    transition: background-color 120ms, border-color 120ms;
  }
  button:hover:not(:disabled) { background: var(--hover); }
  button:disabled { opacity: 0.55; cursor: default; }
  button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
  button.primary:hover:not(:disabled) { background: var(--accent-strong); border-color: var(--accent-strong); }
  button.danger { color: var(--danger); }
  button.quiet { background: none; border-color: transparent; color: var(--muted); padding-inline: 0.75rem; }
  button.quiet:hover:not(:disabled) { background: var(--hover); color: var(--ink); }
  button.wide { width: 100%; }
  button.large { min-height: 3.5rem; font-size: 1.125rem; padding-inline: 1.75rem; border-radius: 1rem; }
  button svg { flex: none; }

  input[type='text'], input[type='url'], input[type='password'], select, textarea {
    font: inherit; color: inherit; width: 100%; min-height: var(--touch); padding: 0.625rem 0.875rem;
    background: var(--field); border: 1px solid var(--line-strong); border-radius: 0.75rem;
  }
  ::placeholder { color: var(--muted); opacity: 1; }
  label { font-weight: 560; }
  :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
  h1:focus-visible { outline: none; }
  summary { cursor: pointer; padding-block: 0.625rem; color: var(--muted); }

  progress { appearance: none; display: block; width: 100%; height: 0.5rem; border: 0; border-radius: 1rem; overflow: hidden; background: var(--track); }
  progress::-webkit-progress-bar { background: var(--track); }
  progress::-webkit-progress-value { background: var(--accent); border-radius: 1rem; }
  progress::-moz-progress-bar { background: var(--accent); border-radius: 1rem; }

  .visually-hidden { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  @media (prefers-reduced-motion: reduce) { *, *::before, *::after { transition: none !important; animation: none !important; } }
`

/** A screen of one narrow column: a heading, what it means, what there is to do. */
export const narrowScreen = css`
  :host { display: grid; gap: 1.5rem; max-width: 36rem; margin-inline: auto; padding-block: clamp(1rem, 6vh, 4rem) 1rem; }
  .lead { font-size: 1.125rem; color: var(--muted); margin-top: 0.75rem; text-wrap: pretty; }
  .actions { display: grid; gap: 0.5rem; }
`
