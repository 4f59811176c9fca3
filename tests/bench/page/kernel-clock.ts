// How long the WASM kernels of this thread run: while it is on, every export of an instance made through `instrument` counts its time.

let running = false
let kernelMs = 0

/** From now on instances of WebAssembly are clocked; call it before the kernels are loaded. */
export function instrumentKernels(): void {
  const Plain = WebAssembly.Instance
  class Clocked {
    readonly exports: WebAssembly.Exports
    constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
      this.exports = clocked(new Plain(module, imports).exports)
    }
  }
  WebAssembly.Instance = Clocked as typeof WebAssembly.Instance
}

/** Kernel time and all time of `work`, in milliseconds. */
export async function clockKernels(work: () => Promise<void>): Promise<{ kernelMs: number; totalMs: number }> {
  kernelMs = 0
  running = true
  const start = performance.now()
  try {
    await work()
  } finally {
    running = false
  }
  return { kernelMs, totalMs: performance.now() - start }
}

function clocked(exports: WebAssembly.Exports): WebAssembly.Exports {
  return Object.fromEntries(
    Object.entries(exports).map(([name, value]) => {
      if (typeof value !== 'function') return [name, value]
      const call = (...args: unknown[]) => {
        if (!running) return value(...args)
        const start = performance.now()
        try {
          return value(...args)
        } finally {
          kernelMs += performance.now() - start
        }
      }
      return [name, call]
    }),
  )
}
