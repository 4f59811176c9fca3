// One task at a time, and the newest wins: it cancels the one before, and begins when that one has given everything back (an executor,
// the lock on a download), so that no late end of an old task can undo a new one.
import { abortError } from '../base/errors.ts'

export interface LatestTask {
  /** The task decides itself what its signal ends; it may be aborted before it begins. */
  run<T>(task: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** Aborts the newest task; nothing happens where it has ended. */
  cancel(): void
}

export function createLatestTask(): LatestTask {
  let newest = { controller: new AbortController(), settled: Promise.resolve() }
  return {
    run(task) {
      const before = newest
      before.controller.abort(abortError())
      const controller = new AbortController()
      const result = before.settled.then(() => task(controller.signal))
      const ended = () => undefined
      newest = { controller, settled: result.then(ended, ended) }
      return result
    },
    cancel: () => newest.controller.abort(abortError()),
  }
}
