// What tokens took of a member is for people, and the page's thread need not wake for each of them.
import type { ServedToken } from '../engine/member.ts'

const intervalMs = 250

/** Waiting for the page; older ones are left out. */
const mostWaiting = 64

/** `report` with all that came in a quarter of a second, oldest first. */
export function pacedTokens(report: (tokens: ServedToken[]) => void): (token: ServedToken) => void {
  const waiting: ServedToken[] = []
  return (token) => {
    if (waiting.push(token) === 1) setTimeout(() => report(waiting.splice(0)), intervalMs)
    if (waiting.length > mostWaiting) waiting.shift()
  }
}
