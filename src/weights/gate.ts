// A download that waits: while its gate is closed nothing new is asked for, and what is under way arrives, is used and is kept. So going on
// fetches no byte twice, which stopping and starting again could not promise.
import { throwIfAborted } from '../base/errors.ts'

export interface Gate {
  readonly closed: boolean
  setClosed(closed: boolean): void
  /** Resolves when the gate is open. Throws `aborted`. */
  opened(signal: AbortSignal): Promise<void>
}

export function createGate(): Gate {
  let closed = false
  const waiting = new Set<() => void>()
  return {
    get closed() {
      return closed
    },
    setClosed(now) {
      closed = now
      if (closed) return
      for (const goOn of waiting) goOn()
      waiting.clear()
    },
    async opened(signal) {
      while (closed && !signal.aborted)
        await new Promise<void>((resolve) => {
          waiting.add(resolve)
          signal.addEventListener('abort', () => resolve(), { once: true })
        })
      throwIfAborted(signal)
    },
  }
}
