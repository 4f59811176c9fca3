/** False for what was asked of a screen that was here before. */
export function wasAskedAgain(before: number | undefined, now: number): boolean {
  return before !== undefined && now > before
}
