import { css } from 'lit'

/** Sets `--share` on the children of an element with the class `shares`: each device of a room has the colour of its place in the list. */
export const shareColours = css`
  .shares > :nth-child(6n + 1) { --share: var(--share-0); }
  .shares > :nth-child(6n + 2) { --share: var(--share-1); }
  .shares > :nth-child(6n + 3) { --share: var(--share-2); }
  .shares > :nth-child(6n + 4) { --share: var(--share-3); }
  .shares > :nth-child(6n + 5) { --share: var(--share-4); }
  .shares > :nth-child(6n) { --share: var(--share-5); }
`
