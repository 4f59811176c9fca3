// The page's few icons, drawn on a 24-unit grid in the current colour. They repeat what a label says, so they are hidden from readers.
import { html, svg, type TemplateResult } from 'lit'

function icon(shape: TemplateResult, size = 20): TemplateResult {
  return html`<svg aria-hidden="true" width=${size} height=${size} viewBox="0 0 24 24" fill="none" stroke="currentColor"
    stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${shape}</svg>`
}

export const copyIcon = icon(
  svg`<rect x="9" y="9" width="12" height="12" rx="2.5"/><path d="M5 15H4.5A1.5 1.5 0 0 1 3 13.500V4.500A1.5 1.5 0 0 1 4.5 3h9A1.5 1.5 0 0 1 15 4.500V5"/>`,
)
export const shareIcon = icon(
  svg`<path d="M12 15V3m0 0L8 7m4-4 4 4"/><path d="M5 12v7a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-7"/>`,
)
export const presentIcon = icon(svg`<rect x="3" y="4" width="18" height="12" rx="2"/><path d="M12 16v4m-4 0h8"/>`)
export const sendIcon = icon(svg`<path d="M12 19V5m0 0-6 6m6-6 6 6"/>`)
export const downIcon = icon(svg`<path d="M12 5v14m0 0 6-6m-6 6-6-6"/>`)
export const stopIcon = icon(svg`<rect x="6.5" y="6.5" width="11" height="11" rx="1.5" fill="currentColor"/>`)
export const retryIcon = icon(svg`<path d="M4 12a8 8 0 1 0 2.5-5.8"/><path d="M4 3.500V8h4.5"/>`)
export const fileIcon = icon(
  svg`<path d="M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8z"/><path d="M14 3v5h5"/>`,
)
export const scanIcon = icon(
  svg`<path d="M4 8V5.500A1.500 1.500 0 0 1 5.500 4H8m8 0h2.500A1.500 1.500 0 0 1 20 5.500V8m0 8v2.500a1.500 1.500 0 0 1-1.500 1.500H16m-8 0H5.500A1.500 1.500 0 0 1 4 18.500V16"/><path d="M8 12h8"/>`,
)
export const keyboardIcon = icon(
  svg`<rect x="2.5" y="6" width="19" height="12" rx="2.500"/><path d="M6.500 10h.01M10.200 10h.01M13.800 10h.01M17.500 10h.01M8.500 14h7"/>`,
)
export const closeIcon = icon(svg`<path d="M7 7l10 10M17 7 7 17"/>`, 18)
export const newChatIcon = icon(svg`<path d="M12 5v14M5 12h14"/>`)
export const listIcon = icon(svg`<path d="M4 6.5h16M4 12h16M4 17.500h10"/>`)
export const settingsIcon = icon(
  svg`<path d="M4 7h9m6 0h1M4 17h1m6 0h9"/><circle cx="16" cy="7" r="2.5"/><circle cx="8" cy="17" r="2.5"/>`,
)
export const editIcon = icon(svg`<path d="M4 20h4L19 9l-4-4L4 16z"/><path d="M13 7l4 4"/>`, 18)
export const deleteIcon = icon(svg`<path d="M4.500 7h15M10 7V4.500h4V7M6.500 7l1 12.500h9l1-12.500"/>`, 18)
export const continueIcon = icon(svg`<path d="M5 5l7 7-7 7M13 5l7 7-7 7"/>`, 18)
export const previousIcon = icon(svg`<path d="M15 5l-7 7 7 7"/>`, 18)
export const nextIcon = icon(svg`<path d="M9 5l7 7-7 7"/>`, 18)

/** The mark: one ring in three uneven shares around one voice. */
export const mark = html`<svg aria-hidden="true" width="32" height="32" viewBox="0 0 64 64" fill="none" stroke-width="9" stroke-linecap="round">
  <path stroke="var(--share-0)" d="M37.7 10.7A22 22 0 0 1 47.6 47.6" />
  <path stroke="var(--share-1)" d="M37.3 53.3A22 22 0 0 1 10.9 38.1" />
  <path stroke="var(--share-2)" d="M10.7 26.3A22 22 0 0 1 25.9 10.9" />
  <circle cx="32" cy="32" r="6.5" fill="currentColor" />
</svg>`
