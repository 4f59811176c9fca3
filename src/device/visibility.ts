/** Calls `listener` when the page is hidden, at once where it is: a hidden page's work is slowed or frozen. Returns the end of listening. */
export function onHidden(listener: () => void): () => void {
  if (typeof document === 'undefined') return () => undefined
  const check = () => {
    if (document.hidden) listener()
  }
  check()
  document.addEventListener('visibilitychange', check)
  return () => document.removeEventListener('visibilitychange', check)
}
