import { css } from 'lit'

/** Buttons beneath a turn: small beside its text, large enough for a thumb. */
export const smallButtons = css`
  .small-button { min-height: 2.25rem; min-width: 2.25rem; padding: 0.25rem 0.5rem; font-size: 0.8125rem; gap: 0.375rem; border-radius: 0.625rem; }
  .small-button svg { width: 1.125rem; height: 1.125rem; }
`
