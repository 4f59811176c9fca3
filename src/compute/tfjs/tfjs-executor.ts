// One rank's shard in TensorFlow.js' own operations: what every browser can run, some in WebGL, most in WebAssembly, all in JavaScript.
// It dispatches dozens of operations a sublayer and keeps weights in float32, so it is for devices that have neither WebGPU nor WASM with SIMD.
import * as tf from '@tensorflow/tfjs-core'
import { HeadroomError } from '../../base/errors.ts'
import { isEmpty, rangeLength } from '../../base/ranges.ts'
import { type ModelConfig, streamWidth } from '../../model/config.ts'
import { summarizeHead } from '../../model/head-summary.ts'
import { isLastOfLayer } from '../../model/model-tensors.ts'
import { ropeFrequencies } from '../../model/rope.ts'
import type { HeadRequest, HeadResult } from '../../model/sampling.ts'
import type { TensorRole } from '../../model/tensor.ts'
import type { ExecutorKind } from '../../plan/device-profile.ts'
import { kvPositions } from '../../plan/plan-memory.ts'
import type { Shard, ShardSublayer } from '../../plan/shard-plan.ts'
import { type CachedPositions, cachedPositions } from '../cached-positions.ts'
import { tokenEmbedding } from '../embed-tokens.ts'
import {
  type Executor,
  type ExecutorMemory,
  type ExecutorSetup,
  type State,
  type Step,
  wantedRows,
} from '../executor.ts'
import { attend, TensorCache } from './attention.ts'
import type { TfjsBackend } from './backend.ts'
import { activate, dense, denseOwn, normalize, rotate } from './operations.ts'
import { headLogits } from './output-head.ts'
import type { TfjsWeights } from './weights.ts'

interface TfjsState extends State {
  /** The residual stream, [T, H]. */
  residual: tf.Tensor2D
  /** What sublayers read and add to, [T, S]: the residual stream itself, or what a layer's bottleneck made of it. */
  stream: tf.Tensor2D
}

export class TfjsExecutor implements Executor {
  readonly kind: ExecutorKind
  readonly embed: Executor['embed']
  readonly #config: ModelConfig
  readonly #shard: Shard
  readonly #weights: TfjsWeights
  readonly #frequencies: Float32Array
  readonly #caches = new Map<number, TensorCache>()
  readonly #positions: CachedPositions
  readonly #kvBytes: number
  #current: TfjsState | null = null

  /** Takes over `weights`. */
  constructor(backend: TfjsBackend, { config, shard }: ExecutorSetup, weights: TfjsWeights) {
    this.kind = `tfjs-${backend}`
    this.#config = config
    this.#shard = shard
    this.#weights = weights
    this.#frequencies = ropeFrequencies(config.positions, weights.ropeFactors)
    this.#positions = cachedPositions(config, shard.contextLength)
    this.embed = tokenEmbedding(config, weights.readRow)
    const capacity = kvPositions(config, shard.contextLength)
    const attentions = shard.sublayers.flatMap((sublayer) => (sublayer.kind === 'attention' ? [sublayer] : []))
    for (const { layer } of attentions) this.#caches.set(layer, new TensorCache(capacity))
    const widths = attentions.map(({ kvHeads }) => rangeLength(kvHeads) * config.headSize)
    this.#kvBytes = widths.reduce((sum, width) => sum + 2 * 4 * capacity * width, 0)
  }

  get memory(): ExecutorMemory {
    const { byteLength: weightBytes } = this.#weights
    return { weightBytes, kvBytes: this.#kvBytes, peakBytes: weightBytes + this.#kvBytes }
  }

  begin(step: Step, embedded: Float32Array): State {
    this.#positions.begin(step)
    this.#forget()
    const tokenCount = step.positions.length
    const residual = tf.tensor2d(Float32Array.from(embedded), [tokenCount, this.#config.hiddenSize])
    this.#current = { step, tokenCount, residual, stream: residual }
    return this.#current
  }

  async partial(state: State, index: number): Promise<Float32Array> {
    const mine = this.#own(state)
    const sublayer = this.#shard.sublayers[index]
    if (!sublayer) throw new HeadroomError('internal', `The shard has no sublayer ${index}.`)
    if (sublayer.kind === 'attention' && this.#config.bottleneck)
      this.#set(mine, 'stream', () => this.#bottleneck('inputBottleneck', sublayer.layer, mine.residual))
    if (isEmpty(sublayer.kind === 'attention' ? sublayer.queryHeads : sublayer.ffn))
      return new Float32Array(mine.tokenCount * streamWidth(this.#config))
    return read(() =>
      sublayer.kind === 'attention' ? this.#attention(sublayer, mine) : this.#feedForward(sublayer, mine),
    )
  }

  join(state: State, index: number, sum: Float32Array): void {
    const mine = this.#own(state)
    const { norm, bottleneck, feedForwardsPerLayer } = this.#config
    const { kind, layer } = this.#shard.sublayers[index]!
    const [output, ownNorm] =
      kind === 'attention' ? (['attentionOutput', 'attentionNorm'] as const) : (['down', 'ffnNorm'] as const)
    const bias = this.#weights.vector(`${output}Bias`, layer)
    const isShared = mine.stream === mine.residual
    this.#set(mine, 'stream', () => {
      const joined = tf.add(mine.stream, tf.tensor2d(Float32Array.from(sum), mine.stream.shape)) as tf.Tensor2D
      const biased: tf.Tensor2D = bias ? tf.add(joined, bias) : joined
      return norm.placement === 'post' ? this.#norm(ownNorm, layer, biased) : biased
    })
    if (isShared) this.#set(mine, 'residual', () => mine.stream)
    if (!bottleneck || kind === 'attention' || !isLastOfLayer(feedForwardsPerLayer, layer)) return
    this.#set(mine, 'residual', () => {
      const widened = tf.add(mine.residual, this.#dense('outputBottleneck', layer, mine.stream)) as tf.Tensor2D
      return this.#norm('outputBottleneckNorm', layer, widened)
    })
  }

  async head(state: State, request: HeadRequest): Promise<HeadResult> {
    const { step, tokenCount, residual } = this.#own(state)
    const rows = wantedRows(step, tokenCount)
    const count = rangeLength(this.#shard.vocabulary)
    const isHeld = rows.length > 0 && count > 0 && this.#config.head !== 'none'
    const logits = isHeld
      ? await read(() => {
          const wanted = tf.gather(this.#final(residual), tf.tensor1d([...rows], 'int32')) as tf.Tensor2D
          return headLogits(this.#config, this.#weights, wanted)
        })
      : new Float32Array(0)
    const width = isHeld ? count : 0
    const found = rows.map((row, i) => ({
      position: step.positions[row]!,
      logits: logits.subarray(i * width, (i + 1) * width),
    }))
    return summarizeHead(found, this.#shard.vocabulary.start, request)
  }

  readHidden(state: State): Promise<Float32Array> {
    const { residual } = this.#own(state)
    return read(() => this.#final(residual))
  }

  close(): void {
    this.#forget()
    for (const cache of this.#caches.values()) cache.close()
    this.#weights.close()
  }

  #attention(
    sublayer: ShardSublayer & { kind: 'attention' },
    { step, stream, residual, tokenCount }: TfjsState,
  ): tf.Tensor2D {
    const { headSize, positions, bottleneck, norm } = this.#config
    const { layer, queryHeads } = sublayer
    const x = norm.placement === 'pre' ? this.#norm('attentionNorm', layer, stream) : stream
    const shared = bottleneck?.sharedKeyQuery ?? false
    const asked = shared ? this.#bottleneck('sharedBottleneck', layer, residual) : x
    const heads = (role: 'query' | 'key' | 'value', input: tf.Tensor2D) => {
      const values = tf.reshape<tf.Rank.R3>(this.#dense(role, layer, input), [tokenCount, -1, headSize])
      const gain = role === 'value' ? null : this.#weights.vector(`${role}Norm`, layer)
      const normed = gain ? normalize('rms', values, gain, null, norm.epsilon) : values
      return role === 'value' || positions.kind !== 'rope'
        ? normed
        : rotate(normed, step.positions, positions, this.#frequencies)
    }
    const kept = this.#caches
      .get(layer)!
      .append(step.pastLength, heads('key', asked), heads('value', shared ? residual : x))
    const mixed = attend(this.#config, sublayer, heads('query', asked), kept, step)
    const { values, columnStart } = this.#weights.matrix('attentionOutput', layer)
    return denseOwn(mixed, values, queryHeads.start * headSize - columnStart)
  }

  #feedForward({ layer, ffn }: ShardSublayer & { kind: 'feedForward' }, { stream }: TfjsState): tf.Tensor2D {
    const { gated, activation, norm } = this.#config
    const x = norm.placement === 'pre' ? this.#norm('ffnNorm', layer, stream) : stream
    const inner = activate(activation, this.#dense(gated ? 'gate' : 'up', layer, x))
    const { values, columnStart } = this.#weights.matrix('down', layer)
    return denseOwn(gated ? tf.mul(inner, this.#dense('up', layer, x)) : inner, values, ffn.start - columnStart)
  }

  /** A layer's way between residual stream and its own: dense, then norm. (T, H) -> (T, S) */
  #bottleneck(role: 'inputBottleneck' | 'sharedBottleneck', layer: number, x: tf.Tensor2D): tf.Tensor2D {
    return this.#norm(`${role}Norm`, layer, this.#dense(role, layer, x))
  }

  #dense(role: DenseRole, layer: number, x: tf.Tensor2D): tf.Tensor2D {
    return dense(x, this.#weights.matrix(role, layer).values, this.#weights.vector(`${role}Bias` as TensorRole, layer))
  }

  #norm(role: TensorRole & `${string}Norm`, layer: number | null, x: tf.Tensor2D): tf.Tensor2D {
    const { kind, epsilon } = this.#config.norm
    const gain = this.#weights.vector(role, layer)
    if (!gain) throw new HeadroomError('internal', `The shard holds no ${role}.`)
    return normalize(kind, x, gain, this.#weights.vector(`${role}Bias` as TensorRole, layer), epsilon)
  }

  #final(residual: tf.Tensor2D): tf.Tensor2D {
    return this.#config.norm.placement === 'pre' ? this.#norm('outputNorm', null, residual) : tf.clone(residual)
  }

  /** The state, which must be the last one begun: its tensors are freed with the next. */
  #own(state: State): TfjsState {
    if (state === this.#current) return this.#current
    throw new HeadroomError('internal', 'This step was followed by another; its state is gone.')
  }

  /** Replaces one of the state's tensors by what `make` makes of them. */
  #set(state: TfjsState, which: 'stream' | 'residual', make: () => tf.Tensor2D): void {
    const before = state[which]
    state[which] = tf.tidy(make)
    if (before !== state.stream && before !== state.residual) before.dispose()
  }

  #forget(): void {
    if (this.#current) tf.dispose([this.#current.stream, this.#current.residual])
    this.#current = null
  }
}

type DenseRole = 'query' | 'key' | 'value' | 'gate' | 'up' | 'inputBottleneck' | 'sharedBottleneck' | 'outputBottleneck'

/** What `make` computes, in main memory; everything on the way is freed. */
async function read(make: () => tf.Tensor2D): Promise<Float32Array> {
  const result = tf.tidy(make)
  try {
    return Float32Array.from(await result.data())
  } finally {
    result.dispose()
  }
}
