// Keeps the page for offline use and tells when a newer version waits. Only production builds have a worker to register.
import { Workbox } from 'workbox-window'

/** `refused`: the browser would not have it, as with a self-made certificate. `absent`: no secure context, or a development page. */
export type OfflineState = 'absent' | 'registering' | 'kept' | 'refused'

export interface OfflineWorker {
  /** Switches to the waiting version and reloads this tab, no other. */
  reload(): void
}

/** Calls `changed` at once and at every change. */
export function registerServiceWorker(changed: (state: OfflineState, updateWaiting: boolean) => void): OfflineWorker {
  if (!import.meta.env.PROD || !isSecureContext || !('serviceWorker' in navigator)) {
    changed('absent', false)
    return { reload: () => location.reload() }
  }
  const workbox = new Workbox('./sw.js')
  let state: OfflineState = 'registering'
  let update: 'none' | 'waiting' | 'taken' = 'none'
  let asked = false
  const tell = () => changed(state, update !== 'none')
  tell()
  workbox.addEventListener('waiting', () => {
    update = 'waiting'
    tell()
  })
  const begun = ({ isUpdate }: { isUpdate?: boolean }) => {
    if (asked) location.reload()
    if (update === 'none' && !isUpdate) return
    update = 'taken'
    tell()
  }
  // A page that was opened before there was any worker is controlled by none, and hears only that the newer one is active.
  workbox.addEventListener('activated', begun)
  workbox.addEventListener('controlling', begun)
  workbox.register().then(
    () => {
      state = 'kept'
      tell()
    },
    (error: unknown) => {
      console.info('No service worker: this page does not open offline.', error)
      state = 'refused'
      tell()
    },
  )
  return {
    reload() {
      asked = true
      if (update === 'waiting') workbox.messageSkipWaiting()
      else location.reload()
    },
  }
}
