// What a share is loaded into, the best first: an executor for each phase where the memory offered holds the share in both, or else the one
// that the plan counts with. An encoder has one phase, the reading of a whole text: it goes where prompts do.
import { MissingCodeError, toErrorData } from '../base/errors.ts'
import type { ExecutorFactory } from '../compute/executor.ts'
import { createPhasedFactory } from '../compute/phased/phased-factory.ts'
import type { ModelConfig } from '../model/config.ts'
import type { ExecutorKind, ExecutorPair } from '../plan/device-profile.ts'
import { shardMemory } from '../plan/plan-memory.ts'
import type { Shard } from '../plan/shard-plan.ts'
import type { TensorFormats } from '../plan/shard-tensors.ts'
import { checkMemory } from './check-shard.ts'
import type { LoadRequest } from './engine-protocol.ts'
import { executorFactory } from './executors.ts'

export type LoadWay = ExecutorKind | ExecutorPair

/** One way at least. Throws `bad-message` where the share is above the memory offered even in the executor that was planned with. */
export function loadWays(
  { executor, pair, memoryBytes }: Pick<LoadRequest, 'executor' | 'pair' | 'memoryBytes'>,
  config: ModelConfig,
  shard: Shard,
  formats: TensorFormats,
): [LoadWay, ...LoadWay[]] {
  const memory = (kind: ExecutorKind) => shardMemory(config, shard, formats, kind)
  checkMemory(memory(executor), memoryBytes)
  if (!pair) return [executor]
  const bytes = (kind: ExecutorKind) => memory(kind).totalBytes
  if (config.causal) return bytes(pair.prefill) + bytes(pair.decode) <= memoryBytes ? [pair, executor] : [executor]
  return pair.prefill !== executor && bytes(pair.prefill) <= memoryBytes ? [pair.prefill, executor] : [executor]
}

export async function factoryFor(way: LoadWay): Promise<ExecutorFactory> {
  if (typeof way === 'string') return executorFactory(way)
  const [prefill, decode] = await Promise.all([executorFactory(way.prefill), executorFactory(way.decode)])
  return createPhasedFactory({ prefill, decode, promptTokens: way.promptTokens })
}

/**
 * What another executor may do better: one may lack what a model needs (a model that none computes is refused when its file is read). What a
 * lost GPU means is for others to say (gpu-trust.ts).
 */
const mendable = ['no-executor', 'out-of-memory', 'internal', 'model-unsupported']
export function isMendable(error: unknown): boolean {
  return error instanceof MissingCodeError || mendable.includes(toErrorData(error).code)
}

/** What `load` gives for the first way that an executor does not refuse; `onRefused` hears why one did. Throws as `load` of the last, or of any for other reasons. */
export async function loadFirst<Loaded>(
  [way, ...others]: readonly [LoadWay, ...LoadWay[]],
  load: (way: LoadWay) => Promise<Loaded>,
  onRefused: (error: unknown) => void,
): Promise<Loaded> {
  try {
    return await load(way)
  } catch (error) {
    const [next, ...rest] = others
    if (!next || !isMendable(error)) throw error
    onRefused(error)
    return loadFirst([next, ...rest], load, onRefused)
  }
}
