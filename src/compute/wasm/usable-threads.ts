/** Threads that can be had here: shared memory needs a cross-origin isolated page, helpers need workers. */
export function usableThreads(wanted: number): number {
  const possible = typeof Worker !== 'undefined' && globalThis.crossOriginIsolated === true
  return possible ? Math.max(1, Math.floor(wanted)) : 1
}
