// Progress is for people. A load has hundreds of pieces, and every report would draw the page again on the cores that load.
import type { LoadProgress } from './session-state.ts'

const intervalMs = 100

/** `report` at most ten times a second, and always at the end. */
export function pacedProgress(report: (progress: LoadProgress) => void): (progress: LoadProgress) => void {
  let reportedMs = Number.NEGATIVE_INFINITY
  return (progress) => {
    const nowMs = performance.now()
    if (nowMs - reportedMs < intervalMs && progress.loadedBytes < progress.totalBytes) return
    reportedMs = nowMs
    report(progress)
  }
}
