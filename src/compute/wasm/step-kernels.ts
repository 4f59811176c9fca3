// What a step calls of the kernels, with words for a trap.
import { HeadroomError } from '../../base/errors.ts'
import type { KernelExports } from './kernels.ts'

const names = [
  'advance',
  'attention',
  'readPositions',
  'attendPositions',
  'feedForward',
  'join',
  'head',
  'summarizeLogits',
  'normalize',
] as const

export type StepKernels = Pick<KernelExports, (typeof names)[number]>

/** Each throws `kernels-stopped` where it traps, as it does when a helper of its team has died. Wrapped once: a call makes no closure. */
export function stepKernels(kernels: StepKernels): StepKernels {
  const guardedByName: Partial<Record<keyof StepKernels, Kernel>> = {}
  for (const name of names) guardedByName[name] = guarded(kernels[name] as Kernel)
  return guardedByName as StepKernels
}

/** With as many arguments as any of them takes; a kernel does not see more than its own. */
type Kernel = (a?: number, b?: number, c?: number, d?: number, e?: number) => number

function guarded(kernel: Kernel): Kernel {
  return (a, b, c, d, e) => {
    try {
      return kernel(a, b, c, d, e)
    } catch (cause) {
      const text = `The WebAssembly kernels stopped: ${cause instanceof Error ? cause.message : cause}. Reload the page; if it happens again, use one thread.`
      throw new HeadroomError('kernels-stopped', text, { cause })
    }
  }
}
