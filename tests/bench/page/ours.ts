// Ours, in a worker as the product has it.
import { wrap } from 'comlink'
import type { BenchEngine } from './bench-engine.ts'
import type { OurWorker } from './ours-worker.ts'

export function openOurs(): BenchEngine & Pick<OurWorker, 'profile' | 'gpuStep'> {
  const worker = new Worker(new URL('./ours-worker.ts', import.meta.url), { type: 'module' })
  const remote = wrap<OurWorker>(worker)
  return {
    open: (request) => remote.open(request),
    run: (work) => remote.run(work),
    profile: (work) => remote.profile(work),
    gpuStep: (request) => remote.gpuStep(request),
  }
}
