// How fast WASM reads memory here: the ceiling of every decode. As many threads as asked sum a buffer of their own at the same time.
import type { BenchEngine } from './bench-engine.ts'
import ReadWorker from './read-worker.ts?worker'

/** Larger than any cache. */
const megabytes = 512

export function openReadSpeed(): BenchEngine {
  let workers: Worker[] = []
  return {
    async open({ threads }) {
      workers = Array.from({ length: threads }, () => new ReadWorker())
      await Promise.all(workers.map((worker) => ask(worker, { megabytes })))
      return null
    },
    /** `tokens` counts megabytes. */
    async run() {
      const start = performance.now()
      await Promise.all(workers.map((worker) => ask(worker, 'read')))
      return { tokens: megabytes * workers.length, ms: performance.now() - start }
    },
  }
}

function ask(worker: Worker, message: unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.addEventListener('message', () => resolve(), { once: true })
    worker.addEventListener('error', ({ message }) => reject(new Error(message)), { once: true })
    worker.postMessage(message)
  })
}
