// The room that this tab is in, so that a reload leads back into it, as what the device was there.

const insideKey = 'headroom.inside'
const watchingKey = 'headroom.watching'

export function rememberInside(hash: string, watching: boolean): void {
  sessionStorage.setItem(insideKey, hash)
  if (watching) sessionStorage.setItem(watchingKey, hash)
  else sessionStorage.removeItem(watchingKey)
}

export function forgetInside(): void {
  sessionStorage.removeItem(insideKey)
}

export function wasInside(hash: string): boolean {
  return hash !== '' && sessionStorage.getItem(insideKey) === hash
}

/** Did it take no share there? */
export function wasWatching(hash: string): boolean {
  return sessionStorage.getItem(watchingKey) === hash
}
