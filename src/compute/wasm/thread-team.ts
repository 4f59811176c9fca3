// The helpers of one executor: workers that run the same kernels on the same memory (assembly/threads.ts).
import { HeadroomError } from '../../base/errors.ts'
import type { KernelExports } from './kernels.ts'

/** What a helper is told at its start. */
export interface HelperStart {
  module: WebAssembly.Module
  memory: WebAssembly.Memory
  workspaceAddress: number
  threads: number
  thread: number
  spins: number
}

/** A helper waits so long for the next stage before it sleeps: longer than JavaScript takes between two, shorter than a network round. */
const SPIN_MS = 0.2

/** How often a waiting thread of this machine looks within SPIN_MS. */
export function measureSpins(kernels: KernelExports): number {
  const looks = 100_000
  const start = performance.now()
  kernels.spin(looks)
  return Math.ceil((looks * SPIN_MS) / Math.max(performance.now() - start, 0.005))
}

export class ThreadTeam {
  readonly #workers: readonly Worker[]
  readonly #kernels: KernelExports

  private constructor(workers: readonly Worker[], kernels: KernelExports) {
    this.#workers = workers
    this.#kernels = kernels
  }

  /** Starts threads 1.. of a team; `kernels` is thread 0's instance. Resolves when all wait for work. */
  static async start(shared: Omit<HelperStart, 'thread'>, kernels: KernelExports): Promise<ThreadTeam> {
    const workers = Array.from(
      { length: shared.threads - 1 },
      () => new Worker(new URL('./thread-entry.ts', import.meta.url), { type: 'module', name: 'headroom-compute' }),
    )
    try {
      await Promise.all(workers.map((worker, i) => ready(worker, { ...shared, thread: i + 1 })))
    } catch (error) {
      for (const worker of workers) worker.terminate()
      throw error
    }
    return new ThreadTeam(workers, kernels)
  }

  close(): void {
    this.#kernels.dismissTeam()
    for (const worker of this.#workers) worker.terminate()
  }
}

function ready(worker: Worker, start: HelperStart): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.addEventListener('message', () => resolve(), { once: true })
    worker.addEventListener('error', ({ message }) => {
      const text = `Compute thread ${start.thread} did not start: ${message || 'its script could not be loaded'}. Reload the page.`
      reject(new HeadroomError('no-executor', text))
    })
    worker.postMessage(start)
  })
}
