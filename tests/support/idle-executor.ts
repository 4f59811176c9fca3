// An executor that computes nothing, for tests of who is chosen and when.
import type { Executor, ExecutorFactory } from '../../src/compute/executor.ts'
import type { ExecutorKind } from '../../src/plan/device-profile.ts'

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Ready after `createMs`, and then as fast as doing nothing, but for the `readMs` that reading a result back takes. */
export function idleExecutor(kind: ExecutorKind, createMs = 0, readMs = 0): ExecutorFactory {
  const values = new Float32Array(1024)
  const executor: Executor = {
    kind,
    memory: { weightBytes: 0, kvBytes: 0, peakBytes: 0 },
    embed: () => values,
    begin: (step) => ({ step, tokenCount: 1 }),
    partial: async () => values,
    join: () => undefined,
    head: async () => [],
    async readHidden() {
      if (readMs > 0) await sleep(readMs)
      return values
    },
    close: () => undefined,
  }
  return {
    kind,
    describe: () => `idle ${kind}`,
    async create() {
      await sleep(createMs)
      return { write: () => undefined, finish: async () => executor, close: () => undefined }
    },
  }
}
