// The oracle inside the project: float32, one obvious loop after the other, no speed. Every other executor passes the contract
// suite against it, and it is itself held to transformers' outputs.
import { HeadroomError } from '../../base/errors.ts'
import { isEmpty, type Range, range, rangeLength } from '../../base/ranges.ts'
import type { ModelConfig } from '../../model/config.ts'
import { summarizeHead } from '../../model/head-summary.ts'
import { isLastOfLayer } from '../../model/model-tensors.ts'
import { ropeFrequencies } from '../../model/rope.ts'
import type { HeadRequest, HeadResult } from '../../model/sampling.ts'
import type { TensorRole } from '../../model/tensor.ts'
import { kvPositions } from '../../plan/plan-memory.ts'
import type { Shard, ShardSublayer } from '../../plan/shard-plan.ts'
import { cacheRuns, movedCount, requireHeld } from '../cache-runs.ts'
import { type CachedPositions, cachedPositions } from '../cached-positions.ts'
import { tokenEmbedding } from '../embed-tokens.ts'
import {
  type CacheAccess,
  type Executor,
  type ExecutorFactory,
  type ExecutorMemory,
  type ExecutorSetup,
  type State,
  type Step,
  wantedRows,
} from '../executor.ts'
import { attend } from './attention.ts'
import { headLogits } from './head.ts'
import { KeyValueCache } from './key-value-cache.ts'
import { activate, add, addBias, type Matrix, matmul, multiply, normalize, rotate } from './operations.ts'
import { rowsOf, TensorStore } from './tensor-store.ts'

interface ReferenceState extends State {
  /** The residual stream, [T, H]. */
  residual: Float32Array
  /** What sublayers read and add to, [T, S]: the residual stream itself, or what a layer's bottleneck made of it. */
  stream: Float32Array
}

export const referenceExecutor: ExecutorFactory = {
  kind: 'reference',
  describe: () => 'TypeScript, float32',
  create(setup) {
    const store = new TensorStore(setup.tensors)
    return Promise.resolve({
      write: (piece) => store.write(piece),
      async finish() {
        store.requireComplete()
        return new ReferenceExecutor(setup, store)
      },
      close: () => store.close(),
    })
  },
}

class ReferenceExecutor implements Executor {
  readonly kind = 'reference'
  readonly embed: Executor['embed']
  readonly #config: ModelConfig
  readonly #shard: Shard
  readonly #store: TensorStore
  readonly #frequencies: Float32Array
  readonly #caches = new Map<number, KeyValueCache>()
  readonly #positions: CachedPositions
  readonly cache: CacheAccess = {
    read: async (positions) => {
      requireHeld(this.#positions, positions)
      const moved = new Float32Array(movedCount(this.#config, this.#shard, rangeLength(positions)))
      this.#eachHead(positions, (own, at) => moved.set(own, at))
      return moved
    },
    write: (positions, values) => {
      this.#eachHead(positions, (own, at) => own.set(values.subarray(at, at + own.length)))
      this.#positions.receive(positions)
    },
  }

  constructor({ config, shard }: ExecutorSetup, store: TensorStore) {
    this.#config = config
    this.#shard = shard
    this.#store = store
    this.#frequencies = ropeFrequencies(config.positions, store.find('ropeFactors')?.values ?? null)
    this.#positions = cachedPositions(config, shard.contextLength)
    this.embed = tokenEmbedding(config, (role, row, out) => {
      out.set(rowsOf(store.get(role), range(row, row + 1)).values)
    })
    const capacity = kvPositions(config, shard.contextLength)
    for (const sublayer of shard.sublayers) {
      if (sublayer.kind !== 'attention') continue
      const width = rangeLength(sublayer.kvHeads) * config.headSize
      this.#caches.set(sublayer.layer, new KeyValueCache(width, capacity))
    }
  }

  get memory(): ExecutorMemory {
    const { weightBytes } = this.#store
    const kvBytes = [...this.#caches.values()].reduce((sum, { byteLength }) => sum + byteLength, 0)
    return { weightBytes, kvBytes, peakBytes: weightBytes + kvBytes }
  }

  begin(step: Step, embedded: Float32Array): ReferenceState {
    this.#positions.begin(step)
    const residual = Float32Array.from(embedded)
    return { step, tokenCount: step.positions.length, residual, stream: residual }
  }

  partial(state: State, index: number): Promise<Float32Array> {
    const mine = state as ReferenceState
    const sublayer = this.#shard.sublayers[index]
    if (!sublayer) throw new HeadroomError('internal', `The shard has no sublayer ${index}.`)
    if (sublayer.kind === 'attention' && this.#config.bottleneck) {
      mine.stream = this.#bottleneck('inputBottleneck', sublayer.layer, mine.residual, mine.tokenCount)
    }
    const empty = isEmpty(sublayer.kind === 'attention' ? sublayer.queryHeads : sublayer.ffn)
    if (empty) return Promise.resolve(new Float32Array(mine.stream.length))
    return Promise.resolve(
      sublayer.kind === 'attention' ? this.#attention(sublayer, mine) : this.#feedForward(sublayer, mine),
    )
  }

  join(state: State, index: number, sum: Float32Array): void {
    const mine = state as ReferenceState
    const { norm, bottleneck, feedForwardsPerLayer } = this.#config
    const { kind, layer } = this.#shard.sublayers[index]!
    const [output, ownNorm] =
      kind === 'attention' ? (['attentionOutput', 'attentionNorm'] as const) : (['down', 'ffnNorm'] as const)
    add(mine.stream, sum)
    addBias(mine.stream, this.#vector(`${output}Bias`, layer))
    if (norm.placement === 'post') mine.stream.set(this.#norm(ownNorm, layer, mine.stream))
    if (!bottleneck || kind === 'attention' || !isLastOfLayer(feedForwardsPerLayer, layer)) return
    const widened = this.#dense('outputBottleneck', layer, mine.stream, mine.tokenCount)
    add(mine.residual, widened)
    mine.residual.set(this.#norm('outputBottleneckNorm', layer, mine.residual))
  }

  head(state: State, request: HeadRequest): Promise<HeadResult> {
    const { step, tokenCount, residual } = state as ReferenceState
    const { hiddenSize } = this.#config
    const hidden = this.#final(residual)
    const rows = wantedRows(step, tokenCount).map((row) => ({
      position: step.positions[row]!,
      logits: headLogits(
        this.#config,
        this.#shard,
        this.#store,
        hidden.subarray(row * hiddenSize, (row + 1) * hiddenSize),
      ),
    }))
    return Promise.resolve(summarizeHead(rows, this.#shard.vocabulary.start, request))
  }

  readHidden(state: State): Promise<Float32Array> {
    return Promise.resolve(this.#final((state as ReferenceState).residual).slice())
  }

  close(): void {
    this.#store.close()
    this.#caches.clear()
  }

  /** One KV head's keys or values of one position at a time, and where they are among those moved. */
  #eachHead(positions: Range, move: (own: Float32Array, at: number) => void): void {
    const { headSize } = this.#config
    for (const { sublayer, values, kvHead, firstRow, rowCount, at } of cacheRuns(this.#config, this.#shard, positions))
      for (let i = 0; i < rowCount; i++) {
        const row = this.#caches.get(this.#shard.sublayers[sublayer]!.layer)!.row(firstRow + i, values)
        move(row.subarray(kvHead * headSize, (kvHead + 1) * headSize), at + i * headSize)
      }
  }

  #attention(
    sublayer: ShardSublayer & { kind: 'attention' },
    { step, stream, residual, tokenCount }: ReferenceState,
  ): Float32Array {
    const { headSize, positions, bottleneck, norm } = this.#config
    const { layer } = sublayer
    const x = norm.placement === 'pre' ? this.#norm('attentionNorm', layer, stream) : stream
    const shared = bottleneck?.sharedKeyQuery ?? false
    const asked = shared ? this.#bottleneck('sharedBottleneck', layer, residual, tokenCount) : x
    const query = this.#normHeads('queryNorm', layer, this.#dense('query', layer, asked, tokenCount))
    const key = this.#normHeads('keyNorm', layer, this.#dense('key', layer, asked, tokenCount))
    const value = this.#dense('value', layer, shared ? residual : x, tokenCount)
    if (positions.kind === 'rope') {
      rotate(query, step.positions, headSize, positions, this.#frequencies)
      rotate(key, step.positions, headSize, positions, this.#frequencies)
    }
    const cache = this.#caches.get(layer)!
    cache.append(step.pastLength, key, value)
    const mixed = attend(this.#config, sublayer, query, cache, step)
    return projectOwn(
      this.#store.get('attentionOutput', layer),
      mixed,
      tokenCount,
      sublayer.queryHeads.start * headSize,
    )
  }

  #feedForward(
    { layer, ffn }: ShardSublayer & { kind: 'feedForward' },
    { stream, tokenCount }: ReferenceState,
  ): Float32Array {
    const { gated, activation, norm } = this.#config
    const x = norm.placement === 'pre' ? this.#norm('ffnNorm', layer, stream) : stream
    const inner = activate(activation, this.#dense(gated ? 'gate' : 'up', layer, x, tokenCount))
    if (gated) multiply(inner, this.#dense('up', layer, x, tokenCount))
    return projectOwn(this.#store.get('down', layer), inner, tokenCount, ffn.start)
  }

  /** A layer's way between residual stream and its own: dense, then norm. (T, H) -> (T, S) */
  #bottleneck(role: 'inputBottleneck' | 'sharedBottleneck', layer: number, x: Float32Array, tokenCount: number) {
    return this.#norm(`${role}Norm`, layer, this.#dense(role, layer, x, tokenCount))
  }

  /** My rows of a matrix, and its bias where it has one. */
  #dense(role: DenseRole, layer: number, x: Float32Array, tokenCount: number): Float32Array {
    return addBias(matmul(this.#store.get(role, layer), x, tokenCount), this.#vector(`${role}Bias`, layer))
  }

  #norm(role: NormRole, layer: number | null, x: Float32Array): Float32Array {
    const { kind, epsilon } = this.#config.norm
    return normalize(kind, x, this.#store.get(role, layer).values, this.#vector(`${role}Bias`, layer), epsilon)
  }

  /** Every head by itself; heads are neighbours in a row. */
  #normHeads(role: 'queryNorm' | 'keyNorm', layer: number, x: Float32Array): Float32Array {
    if (!this.#config.queryKeyNorm) return x
    return normalize('rms', x, this.#store.get(role, layer).values, null, this.#config.norm.epsilon)
  }

  #final(residual: Float32Array): Float32Array {
    return this.#config.norm.placement === 'pre' ? this.#norm('outputNorm', null, residual) : residual
  }

  #vector(role: TensorRole, layer: number | null): Float32Array | null {
    return this.#store.find(role, layer)?.values ?? null
  }
}

type DenseRole = 'query' | 'key' | 'value' | 'gate' | 'up' | 'inputBottleneck' | 'sharedBottleneck' | 'outputBottleneck'
type NormRole =
  | 'attentionNorm'
  | 'ffnNorm'
  | 'outputNorm'
  | 'inputBottleneckNorm'
  | 'sharedBottleneckNorm'
  | 'outputBottleneckNorm'

/** Row-parallel projection of my own inputs `x` (T, n), which begin at column `start` of the whole tensor; columns held beyond them meet zeros. */
function projectOwn(weights: Matrix, x: Float32Array, tokenCount: number, start: number): Float32Array {
  const own = x.length / tokenCount
  const before = start - weights.columnStart
  if (before === 0 && own === weights.columns) return matmul(weights, x, tokenCount)
  const padded = new Float32Array(tokenCount * weights.columns)
  for (let token = 0; token < tokenCount; token++)
    padded.set(x.subarray(token * own, (token + 1) * own), token * weights.columns + before)
  return matmul(weights, padded, tokenCount)
}
