import { css } from 'lit'

/** Tables of figures that scroll by themselves where they are wider than the page. */
export const tableStyles = css`
  .scroll { overflow-x: auto; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: start; vertical-align: top; padding: 0.375rem 0.75rem 0.375rem 0; border-top: 1px solid var(--line); font-weight: 400; }
  thead th { border-top: 0; color: var(--muted); }
  th[scope='row'] { font-weight: 560; min-width: 6rem; overflow-wrap: anywhere; }
`
