// One rank's shard on WebAssembly SIMD. Weights, KV cache and scratch live in one WASM memory; the residual stream of a step is a
// plain array here, so that any number of steps may be open. A sublayer is one call a tile of tokens (assembly/sublayers.ts).
import { HeadroomError } from '../../base/errors.ts'
import { isEmpty } from '../../base/ranges.ts'
import { type ModelConfig, rotatedSizeOf } from '../../model/config.ts'
import { summarizeHead } from '../../model/head-summary.ts'
import { ropeFrequencies } from '../../model/rope.ts'
import type { HeadRequest, HeadResult } from '../../model/sampling.ts'
import type { Shard } from '../../plan/shard-plan.ts'
import {
  type Executor,
  type ExecutorFactory,
  type ExecutorMemory,
  type ExecutorSetup,
  type State,
  type Step,
  wantedRows,
} from '../executor.ts'
import { requirePlainDecoder } from '../plain-decoder.ts'
import { GROUP_ROWS, readRow } from './interleave.ts'
import { instantiate, type KernelExports, type Kernels, loadKernels, type SimdBuild } from './kernels.ts'
import { HEAD_TILE, type MemoryLayout, planMemory, TILE } from './memory-layout.ts'
import { type ShardRecords, writeRecords } from './shard-records.ts'
import { ThreadTeam, usableThreads } from './thread-team.ts'
import { WasmLoader } from './wasm-loader.ts'
import { WasmMemory } from './wasm-memory.ts'

interface WasmState extends State {
  /** The residual stream, [T, H]. */
  residual: Float32Array
  /** Given to the caller by `partial`, [T, H]. */
  partial: Float32Array
  /** cosine, sine of each rotated pair, [T, rotatedSize / 2, 2]. */
  turns: Float32Array
}

/** The executor on the best kernels of this browser, or on the build asked for. */
export function createWasmFactory(simd?: SimdBuild): ExecutorFactory {
  return {
    kind: 'wasm',
    async describe(threads) {
      const { simd: build, shared } = await loadKernels(usableThreads(threads) > 1, simd)
      return `WASM SIMD${build === 'relaxed' ? ', relaxed' : ''}, ${shared ? 'shared memory' : 'memory'} up to 4 GiB`
    },
    async create(setup) {
      requirePlainDecoder(setup.config, 'The WASM executor')
      const threads = usableThreads(setup.threads)
      const kernels = await loadKernels(threads > 1, simd)
      const layout = planMemory(setup, threads)
      return new WasmLoader(layout, new WasmMemory(layout, kernels.shared), (memory) =>
        WasmExecutor.start(setup, layout, memory, kernels),
      )
    },
  }
}

export const wasmExecutor: ExecutorFactory = createWasmFactory()

class WasmExecutor implements Executor {
  readonly kind = 'wasm'
  readonly #config: ModelConfig
  readonly #shard: Shard
  readonly #layout: MemoryLayout
  readonly #memory: WasmMemory
  readonly #kernels: KernelExports
  readonly #team: ThreadTeam | null
  readonly #records: ShardRecords
  readonly #frequencies: Float32Array
  #positionsKnown = 0
  #largestStateBytes = 0

  static async start(setup: ExecutorSetup, layout: MemoryLayout, memory: WasmMemory, { module }: Kernels) {
    const kernels = instantiate(module, memory.memory)
    const { workspaceAddress, threads } = layout
    kernels.attach(workspaceAddress, threads, typeof document === 'undefined' ? 1 : 0)
    const team =
      threads > 1 ? await ThreadTeam.start({ module, memory: memory.memory, workspaceAddress, threads }, kernels) : null
    return new WasmExecutor(setup, layout, memory, kernels, team)
  }

  private constructor(
    { config, shard }: ExecutorSetup,
    layout: MemoryLayout,
    memory: WasmMemory,
    kernels: KernelExports,
    team: ThreadTeam | null,
  ) {
    this.#config = config
    this.#shard = shard
    this.#layout = layout
    this.#memory = memory
    this.#kernels = kernels
    this.#team = team
    this.#records = writeRecords(config, shard, layout, memory.buffer)
    const factors = layout.placements.get('ropeFactors')
    this.#frequencies = ropeFrequencies(
      config.positions,
      factors ? memory.floats(factors.address, factors.columns).slice() : null,
    )
  }

  get memory(): ExecutorMemory {
    return {
      weightBytes: this.#layout.weightBytes,
      kvBytes: this.#memory.kvBytes,
      peakBytes: this.#memory.buffer.byteLength + this.#largestStateBytes,
    }
  }

  embed({ tokens }: Step): Float32Array {
    const { hiddenSize, vocabSize } = this.#config
    const table = this.#layout.placements.get('tokenEmbedding')
    if (!table) throw new HeadroomError('internal', 'Only the leader holds the token embedding.')
    const rows = this.#memory.bytes(table.address, table.byteLength)
    const out = new Float32Array(tokens.length * hiddenSize)
    tokens.forEach((token, i) => {
      if (!(Number.isInteger(token) && token >= 0 && token < vocabSize))
        throw new HeadroomError('bad-input', `Token ${token} is not in the vocabulary of ${vocabSize} tokens.`)
      readRow(table.tensor.format, rows, token, hiddenSize, out.subarray(i * hiddenSize, (i + 1) * hiddenSize))
    })
    return out
  }

  begin(step: Step, embedded: Float32Array): WasmState {
    const tokenCount = step.positions.length
    const { contextLength } = this.#shard
    const end = step.pastLength + tokenCount
    if (end > contextLength)
      throw new HeadroomError(
        'bad-input',
        `The context holds ${contextLength} positions; start a new chat or shorten the text.`,
      )
    if (step.pastLength > this.#positionsKnown)
      throw new HeadroomError(
        'internal',
        `A step on ${step.pastLength} past positions came where ${this.#positionsKnown} are known.`,
      )
    if (embedded.length !== tokenCount * this.#config.hiddenSize)
      throw new HeadroomError(
        'peer-shape',
        `${embedded.length} embedded values came for ${tokenCount} tokens of ${this.#config.hiddenSize}.`,
      )
    this.#memory.reserve(end)
    this.#positionsKnown = end
    const residual = Float32Array.from(embedded)
    const turns = this.#turns(step.positions)
    this.#largestStateBytes = Math.max(this.#largestStateBytes, residual.byteLength * 2 + turns.byteLength)
    return { step, tokenCount, residual, partial: new Float32Array(residual.length), turns }
  }

  async partial(state: State, index: number): Promise<Float32Array> {
    const { step, residual, partial, turns } = state as WasmState
    const record = this.#records.sublayers[index]
    if (!record) return partial.fill(0)
    const rotatedSize = rotatedSizeOf(this.#config)
    const { workspace } = this.#layout
    const isAttention = this.#shard.sublayers[index]?.kind === 'attention'
    for (const [first, count] of tiles(state.tokenCount, TILE)) {
      this.#load(residual, first, count)
      if (isAttention) {
        const part = turns.subarray(first * rotatedSize, (first + count) * rotatedSize)
        this.#memory.floats(workspace.turns, part.length).set(part)
        runKernel(() => this.#kernels.attention(record, step.pastLength + first, count))
      } else runKernel(() => this.#kernels.feedForward(record, count))
      this.#unload(partial, first, count)
    }
    return partial
  }

  join(state: State, _index: number, sum: Float32Array): void {
    const { residual } = state as WasmState
    for (let i = 0; i < residual.length; i++) residual[i]! += sum[i]!
  }

  async head(state: State, request: HeadRequest): Promise<HeadResult> {
    const { step, tokenCount } = state
    const { start } = this.#shard.vocabulary
    const rows = wantedRows(step, tokenCount)
    const result: HeadResult = []
    for (const [first, count] of tiles(rows.length, HEAD_TILE)) {
      const part = rows.slice(first, first + count)
      const logits = this.#logits((state as WasmState).residual, part)
      const summed = part.map((row, i) => ({ position: step.positions[row]!, logits: logits[i]! }))
      result.push(...summarizeHead(summed, start, request))
    }
    return result
  }

  async readHidden(state: State): Promise<Float32Array> {
    const { residual } = state as WasmState
    const { hiddenSize } = this.#config
    const hidden = new Float32Array(residual.length)
    for (const [first, count] of tiles(state.tokenCount, TILE)) {
      this.#load(residual, first, count)
      this.#kernels.normalize(this.#records.outputNorm, count)
      hidden.set(this.#memory.floats(this.#layout.workspace.normed, count * hiddenSize), first * hiddenSize)
    }
    return hidden
  }

  close(): void {
    this.#team?.close()
  }

  /** Logits of my vocabulary rows, one array (own memory) for each of at most HEAD_TILE rows. */
  #logits(residual: Float32Array, rows: readonly number[]): Float32Array[] {
    const { start, end } = this.#shard.vocabulary
    const { head } = this.#records
    if (isEmpty(this.#shard.vocabulary) || head === null) return rows.map(() => new Float32Array(0))
    const { hiddenSize } = this.#config
    const { input, output } = this.#layout.workspace
    rows.forEach((row, i) => {
      const x = residual.subarray(row * hiddenSize, (row + 1) * hiddenSize)
      this.#memory.floats(input + i * hiddenSize * 4, hiddenSize).set(x)
    })
    runKernel(() => this.#kernels.head(head.address, rows.length))
    return rows.map((_, i) =>
      this.#memory.floats(output + (i * head.groups * GROUP_ROWS + head.firstRow) * 4, end - start).slice(),
    )
  }

  #load(residual: Float32Array, first: number, count: number): void {
    const { hiddenSize } = this.#config
    const part = residual.subarray(first * hiddenSize, (first + count) * hiddenSize)
    this.#memory.floats(this.#layout.workspace.input, part.length).set(part)
  }

  #unload(partial: Float32Array, first: number, count: number): void {
    const { hiddenSize } = this.#config
    const stride = Math.ceil(hiddenSize / GROUP_ROWS) * GROUP_ROWS
    const output = this.#memory.floats(this.#layout.workspace.output, count * stride)
    if (stride === hiddenSize) partial.set(output, first * hiddenSize)
    else
      for (let i = 0; i < count; i++)
        partial.set(output.subarray(i * stride, i * stride + hiddenSize), (first + i) * hiddenSize)
  }

  #turns(positions: readonly number[]): Float32Array {
    const pairs = this.#frequencies.length
    const turns = new Float32Array(positions.length * pairs * 2)
    positions.forEach((position, token) => {
      for (let pair = 0; pair < pairs; pair++) {
        const angle = position * this.#frequencies[pair]!
        turns[(token * pairs + pair) * 2] = Math.cos(angle)
        turns[(token * pairs + pair) * 2 + 1] = Math.sin(angle)
      }
    })
    return turns
  }
}

/** Kernels trap when a helper of their team has died. */
function runKernel(call: () => void): void {
  try {
    call()
  } catch (cause) {
    const text = `The WebAssembly kernels stopped: ${cause instanceof Error ? cause.message : cause}. Reload the page; if it happens again, use one thread.`
    throw new HeadroomError('device-lost', text, { cause })
  }
}

/** [first, count] of each tile of at most `size`. */
function* tiles(total: number, size: number): Generator<[number, number]> {
  for (let first = 0; first < total; first += size) yield [first, Math.min(size, total - first)]
}
