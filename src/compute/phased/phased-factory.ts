// Loads a shard into two executors at once: every piece goes to both.
import { HeadroomError } from '../../base/errors.ts'
import type { Executor, ExecutorFactory, ExecutorLoader, ExecutorSetup } from '../executor.ts'
import { type MovableExecutor, PhasedExecutor } from './phased-executor.ts'

export interface PhasedFactories {
  prefill: ExecutorFactory
  decode: ExecutorFactory
  /** Steps of so many tokens and more run on the first. */
  promptTokens: number
}

/** `describe` and `create` throw as those of the two do. */
export function createPhasedFactory({ prefill, decode, promptTokens }: PhasedFactories): ExecutorFactory {
  return {
    kind: decode.kind,
    describe: (threads) => decode.describe(threads),
    async create(setup) {
      const first = await prefill.create(setup)
      try {
        return phasedLoader({ prefill: first, decode: await decode.create(setup) }, promptTokens, setup)
      } catch (error) {
        first.close()
        throw error
      }
    },
  }
}

function phasedLoader(
  { prefill, decode }: Record<'prefill' | 'decode', ExecutorLoader>,
  promptTokens: number,
  setup: ExecutorSetup,
): ExecutorLoader {
  return {
    async write(piece) {
      await prefill.write(piece)
      await decode.write(piece)
    },
    async finish() {
      const finished: Executor[] = []
      try {
        for (const loader of [prefill, decode]) finished.push(await loader.finish())
        const [first, second] = finished.map(movable)
        return new PhasedExecutor({ prefill: first!, decode: second! }, promptTokens, setup)
      } catch (error) {
        for (const executor of finished) executor.close()
        throw error
      }
    },
    close() {
      prefill.close()
      decode.close()
    },
  }
}

function movable(executor: Executor): MovableExecutor {
  if (executor.cache) return executor as MovableExecutor
  throw new HeadroomError('internal', `Keys and values of ${executor.kind} cannot be moved: it shares no conversation.`)
}
