// The oracle inside the project: float32, one obvious loop after the other, no speed. Every other executor passes the contract
// suite against it, and it is itself held to transformers' outputs.
import { HeadroomError } from '../../base/errors.ts'
import { isEmpty, rangeLength } from '../../base/ranges.ts'
import type { ModelConfig } from '../../model/config.ts'
import { summarizeHead } from '../../model/head-summary.ts'
import { ropeFrequencies } from '../../model/rope.ts'
import type { HeadRequest, HeadResult } from '../../model/sampling.ts'
import type { Shard, ShardSublayer } from '../../plan/shard-plan.ts'
import {
  type Executor,
  type ExecutorFactory,
  type ExecutorMemory,
  type ExecutorSetup,
  type State,
  type Step,
  wantedRows,
} from '../executor.ts'
import { attend } from './attention.ts'
import { KeyValueCache } from './key-value-cache.ts'
import { add, type Matrix, matmul, rmsNorm, rotate, swiglu } from './operations.ts'
import { TensorStore } from './tensor-store.ts'

interface ReferenceState extends State {
  /** The residual stream, [T, H]. */
  residual: Float32Array
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
  readonly #config: ModelConfig
  readonly #shard: Shard
  readonly #store: TensorStore
  readonly #frequencies: Float32Array
  readonly #caches = new Map<number, KeyValueCache>()

  constructor({ config, shard }: ExecutorSetup, store: TensorStore) {
    this.#config = config
    this.#shard = shard
    this.#store = store
    this.#frequencies = ropeFrequencies(config.positions, store.find('ropeFactors')?.values ?? null)
    for (const sublayer of shard.sublayers)
      if (sublayer.kind === 'attention')
        this.#caches.set(
          sublayer.layer,
          new KeyValueCache(rangeLength(sublayer.kvHeads) * config.headSize, shard.contextLength),
        )
  }

  get memory(): ExecutorMemory {
    const { weightBytes } = this.#store
    const kvBytes = [...this.#caches.values()].reduce((sum, { byteLength }) => sum + byteLength, 0)
    return { weightBytes, kvBytes, peakBytes: weightBytes + kvBytes }
  }

  embed({ tokens }: Step): Float32Array {
    const { hiddenSize, vocabSize } = this.#config
    const table = this.#store.get('tokenEmbedding')
    const out = new Float32Array(tokens.length * hiddenSize)
    tokens.forEach((token, i) => {
      if (!(Number.isInteger(token) && token >= 0 && token < vocabSize))
        throw new HeadroomError('bad-input', `Token ${token} is not in the vocabulary of ${vocabSize} tokens.`)
      out.set(table.values.subarray(token * hiddenSize, (token + 1) * hiddenSize), i * hiddenSize)
    })
    return out
  }

  begin(step: Step, embedded: Float32Array): ReferenceState {
    return { step, tokenCount: step.positions.length, residual: Float32Array.from(embedded) }
  }

  partial(state: State, index: number): Promise<Float32Array> {
    const { step, tokenCount, residual } = state as ReferenceState
    const sublayer = this.#shard.sublayers[index]
    if (!sublayer) throw new HeadroomError('internal', `The shard has no sublayer ${index}.`)
    const empty = isEmpty(sublayer.kind === 'attention' ? sublayer.queryHeads : sublayer.ffn)
    if (empty) return Promise.resolve(new Float32Array(residual.length))
    const out =
      sublayer.kind === 'attention'
        ? this.#attention(sublayer, step, residual)
        : this.#feedForward(sublayer, residual, tokenCount)
    return Promise.resolve(out)
  }

  join(state: State, _index: number, sum: Float32Array): void {
    add((state as ReferenceState).residual, sum)
  }

  head(state: State, request: HeadRequest): Promise<HeadResult> {
    const { step, residual, tokenCount } = state as ReferenceState
    const { hiddenSize, tiedEmbeddings } = this.#config
    const { start, end } = this.#shard.vocabulary
    const rows = wantedRows(step, tokenCount)
    const hidden = this.#norm(residual, 'outputNorm', null)
    const table = tiedEmbeddings ? this.#store.find('tokenEmbedding') : undefined
    const head = table ? this.#store.rows(table, start, end) : this.#store.find('output')
    const logits = rows.map((row) => {
      const x = hidden.subarray(row * hiddenSize, (row + 1) * hiddenSize)
      return { position: step.positions[row]!, logits: head ? matmul(head, x, 1) : new Float32Array(0) }
    })
    return Promise.resolve(summarizeHead(logits, start, request))
  }

  readHidden(state: State): Promise<Float32Array> {
    return Promise.resolve(this.#norm((state as ReferenceState).residual, 'outputNorm', null))
  }

  close(): void {
    this.#store.close()
    this.#caches.clear()
  }

  #attention(
    sublayer: ShardSublayer & { kind: 'attention' },
    { positions, pastLength }: Step,
    residual: Float32Array,
  ): Float32Array {
    const { headSize, positions: rope } = this.#config
    const { layer } = sublayer
    const tokenCount = positions.length
    const x = this.#norm(residual, 'attentionNorm', layer)
    const query = matmul(this.#store.get('query', layer), x, tokenCount)
    const key = matmul(this.#store.get('key', layer), x, tokenCount)
    const value = matmul(this.#store.get('value', layer), x, tokenCount)
    rotate(query, positions, headSize, rope, this.#frequencies)
    rotate(key, positions, headSize, rope, this.#frequencies)
    const cache = this.#caches.get(layer)!
    cache.append(pastLength, key, value)
    const mixed = attend(this.#config, sublayer, query, cache, pastLength)
    return projectOwn(
      this.#store.get('attentionOutput', layer),
      mixed,
      tokenCount,
      sublayer.queryHeads.start * headSize,
    )
  }

  #feedForward(
    { layer, ffn }: ShardSublayer & { kind: 'feedForward' },
    residual: Float32Array,
    tokenCount: number,
  ): Float32Array {
    const x = this.#norm(residual, 'ffnNorm', layer)
    const gate = matmul(this.#store.get('gate', layer), x, tokenCount)
    const up = matmul(this.#store.get('up', layer), x, tokenCount)
    return projectOwn(this.#store.get('down', layer), swiglu(gate, up), tokenCount, ffn.start)
  }

  #norm(x: Float32Array, role: 'attentionNorm' | 'ffnNorm' | 'outputNorm', layer: number | null): Float32Array {
    return rmsNorm(x, this.#store.get(role, layer).values, this.#config.norm.epsilon)
  }
}

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
