import { css } from 'lit'

/** A modal `<dialog>` at the page's end with one `.panel` in it; the browser keeps the focus inside and closes it at Escape. */
export const drawer = css`
  dialog { border: 0; padding: 0; margin: 0; margin-inline-start: auto; height: 100dvh; max-height: 100dvh; width: min(26rem, 100vw); max-width: 100vw; background: var(--surface); color: var(--ink); }
  dialog::backdrop { background: rgb(0 0 0 / 0.45); }
  .panel { box-sizing: border-box; min-height: 100%; display: grid; gap: 1rem; align-content: start; padding: 1rem max(1rem, env(safe-area-inset-right)) max(1rem, env(safe-area-inset-bottom)) 1rem; }
`
