// One rank's shard on WebAssembly SIMD. Weights, KV cache and scratch live in one WASM memory. A sublayer is one call a tile of tokens
// (assembly/sublayers.ts) and another for its join; where all tokens see all, two, as all are read first. Sublayers that no other rank
// has a part in are one call together, in a step of one tile.
import { HeadroomError } from '../../base/errors.ts'
import type { ModelConfig } from '../../model/config.ts'
import { summarizeHead } from '../../model/head-summary.ts'
import { ropeFrequencies } from '../../model/rope.ts'
import type { HeadRequest, HeadResult } from '../../model/sampling.ts'
import type { Shard } from '../../plan/shard-plan.ts'
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
import { cacheAccess } from './cache-access.ts'
import { type HeldStep, heldStep } from './held-step.ts'
import { GROUP_ROWS } from './interleave.ts'
import { instantiate, type Kernels, loadKernels, type SimdBuild } from './kernels.ts'
import { type MemoryLayout, planMemory } from './memory-layout.ts'
import { outputHead } from './output-head.ts'
import { roundUp } from './placements.ts'
import { rowReader } from './row-reader.ts'
import { type JoinRecord, type ShardRecords, writeRecords } from './shard-records.ts'
import { type StepKernels, stepKernels } from './step-kernels.ts'
import { openState, stateBytes, type WasmState } from './step-state.ts'
import { measureSpins, ThreadTeam } from './thread-team.ts'
import { HEAD_TILE, requireFinite, TILE, type Tile, tiles } from './tiles.ts'
import { usableThreads } from './usable-threads.ts'
import { WasmLoader } from './wasm-loader.ts'
import { WasmMemory } from './wasm-memory.ts'

/** The executor on the best kernels of this browser, or on the build asked for. */
export function createWasmFactory(simd?: SimdBuild): ExecutorFactory {
  return {
    kind: 'wasm',
    async describe(threads) {
      const { simd: build, shared } = await loadKernels(usableThreads(threads) > 1, simd)
      return `WASM SIMD${build === 'relaxed' ? ', relaxed' : ''}, ${shared ? 'shared memory' : 'memory'} up to 4 GiB`
    },
    async create(setup) {
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
  readonly embed: Executor['embed']
  readonly #config: ModelConfig
  readonly #shard: Shard
  readonly #layout: MemoryLayout
  readonly #memory: WasmMemory
  readonly #kernels: StepKernels
  readonly #team: ThreadTeam | null
  readonly #records: ShardRecords
  readonly #frequencies: Float32Array
  readonly #positions: CachedPositions
  readonly #logits: ReturnType<typeof outputHead>
  readonly #held: HeldStep
  #largestStateBytes = 0
  #current: WasmState | null = null
  readonly cache: CacheAccess

  static async start(setup: ExecutorSetup, layout: MemoryLayout, memory: WasmMemory, { module }: Kernels) {
    const kernels = instantiate(module, memory.memory)
    const { workspaceAddress, threads } = layout
    const spins = threads > 1 ? measureSpins(kernels) : 0
    kernels.attach(workspaceAddress, threads, typeof document === 'undefined' ? 1 : 0, spins)
    const shared = { module, memory: memory.memory, workspaceAddress, threads, spins }
    const team = threads > 1 ? await ThreadTeam.start(shared, kernels) : null
    return new WasmExecutor(setup, layout, memory, stepKernels(kernels), team)
  }

  private constructor(
    setup: ExecutorSetup,
    layout: MemoryLayout,
    memory: WasmMemory,
    kernels: StepKernels,
    team: ThreadTeam | null,
  ) {
    const { config, shard } = setup
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
    this.#positions = cachedPositions(config, shard.contextLength)
    this.#logits = outputHead(kernels, memory, layout.workspace, this.#records.head, shard)
    this.embed = tokenEmbedding(config, rowReader(layout, memory))
    this.#held = heldStep(memory, layout.workspace)
    this.cache = cacheAccess(setup, layout, memory, this.#positions, this.#held)
  }

  get memory(): ExecutorMemory {
    return {
      weightBytes: this.#layout.weightBytes,
      kvBytes: this.#memory.kvBytes,
      peakBytes: this.#memory.buffer.byteLength + this.#largestStateBytes,
    }
  }

  begin(step: Step, embedded: Float32Array): WasmState {
    this.#held.release()
    const before = this.#current
    this.#current = null
    const state = openState(this.#config, this.#frequencies, step, embedded, before)
    this.#memory.reserve(Math.min(step.pastLength + state.tokenCount, this.#layout.workspace.capacity))
    this.#positions.begin(step)
    if (state.residual !== before?.residual)
      this.#largestStateBytes = Math.max(this.#largestStateBytes, stateBytes(state))
    this.#current = state
    return state
  }

  async partial(state: State, index: number): Promise<Float32Array> {
    const mine = this.#own(state)
    const record = this.#records.sublayers[index]
    if (!record) return mine.partial.fill(0)
    if (this.#shard.sublayers[index]?.kind === 'feedForward') this.#feedForward(mine, record)
    else if (this.#config.causal) this.#attendAsRead(mine, record)
    else this.#attendAfterReading(mine, record)
    return mine.partial
  }

  join(state: State, index: number, sum: Float32Array): void {
    const mine = this.#own(state)
    const record = this.#records.joins[index]
    const held = this.#held.hold(mine)
    if (held) {
      held.sum.set(sum)
      this.#kernels.join(record?.address ?? 0, mine.tokenCount)
    } else if (record) this.#joinTiles(mine, record, sum)
    else for (let i = 0; i < sum.length; i++) mine.stream[i]! += sum[i]!
  }

  async advance(state: State, from: number, to: number): Promise<void> {
    const mine = this.#own(state)
    if (!this.#held.hold(mine)) {
      for (let index = from; index < to; index++) this.join(mine, index, await this.partial(mine, index))
      return
    }
    const { step, tokenCount } = mine
    requireFinite(this.#kernels.advance(this.#records.list, from, to, step.pastLength, tokenCount), step.pastLength)
  }

  async head(state: State, request: HeadRequest): Promise<HeadResult> {
    const { step, tokenCount, residual } = this.#own(state)
    this.#held.release()
    const rows = wantedRows(step, tokenCount)
    const result: HeadResult = []
    for (const { first, count } of tiles(rows.length, HEAD_TILE)) {
      const part = rows.slice(first, first + count)
      const logits = this.#logits(residual, part)
      const summed = part.map((row, i) => ({ position: step.positions[row]!, ...logits[i]! }))
      result.push(...summarizeHead(summed, this.#shard.vocabulary.start, request))
    }
    return result
  }

  async readHidden(state: State): Promise<Float32Array> {
    const { residual, tokenCount } = this.#own(state)
    const { outputNorm } = this.#records
    this.#held.release()
    const hidden = residual.slice()
    if (outputNorm === 0) return hidden
    const { workspace } = this.#layout
    for (const tile of tiles(tokenCount, TILE)) {
      this.#memory.load(workspace.residual, residual, workspace.hiddenSize, tile)
      this.#kernels.normalize(outputNorm, tile.count)
      this.#memory.unload(workspace.normed, hidden, workspace.hiddenSize, tile)
    }
    return hidden
  }

  close(): void {
    this.#team?.close()
  }

  /** The state, which must be the last one begun: the next takes its arrays over. */
  #own(state: State): WasmState {
    if (state === this.#current) return this.#current
    throw new HeadroomError('internal', 'This step was followed by another; its state is gone.')
  }

  #joinTiles({ stream, residual, tokenCount }: WasmState, record: JoinRecord, sum: Float32Array): void {
    const { workspace } = this.#layout
    const { hiddenSize, streamWidth } = workspace
    for (const tile of tiles(tokenCount, TILE)) {
      this.#memory.load(workspace.stream, stream, streamWidth, tile)
      this.#memory.load(workspace.sum, sum, streamWidth, tile)
      if (record.usesResidual) this.#memory.load(workspace.residual, residual, hiddenSize, tile)
      this.#kernels.join(record.address, tile.count)
      this.#memory.unload(workspace.stream, stream, streamWidth, tile)
      if (record.usesResidual) this.#memory.unload(workspace.residual, residual, hiddenSize, tile)
    }
  }

  #feedForward(state: WasmState, record: number): void {
    const { workspace } = this.#layout
    const held = this.#held.hold(state)
    for (const tile of tiles(state.tokenCount, TILE)) {
      if (!held) this.#memory.load(workspace.stream, state.stream, workspace.streamWidth, tile)
      this.#kernels.feedForward(record, tile.count)
      this.#unloadOutput(state, tile)
    }
  }

  /** Causal: every tile sees itself and earlier ones. */
  #attendAsRead(state: WasmState, record: number): void {
    const { pastLength } = state.step
    for (const tile of tiles(state.tokenCount, TILE)) {
      this.#loadAttention(state, tile)
      const position = pastLength + tile.first
      requireFinite(this.#kernels.attention(record, position, tile.count), position)
      this.#unloadOutput(state, tile)
    }
  }

  /** Every tile sees all others: all keys and values are read before the first query meets them. */
  #attendAfterReading(state: WasmState, record: number): void {
    const { tokenCount, mask } = state
    for (const tile of tiles(tokenCount, TILE)) {
      this.#loadAttention(state, tile)
      requireFinite(this.#kernels.readPositions(record, tile.first, tile.count), tile.first)
    }
    this.#memory.floats(this.#layout.workspace.mask, mask.length).set(mask)
    for (const tile of tiles(tokenCount, TILE)) {
      this.#kernels.attendPositions(record, tile.first, tile.count, tokenCount)
      this.#unloadOutput(state, tile)
    }
  }

  #loadAttention(state: WasmState, tile: Tile): void {
    if (this.#held.hold(state)) return
    const { workspace } = this.#layout
    this.#memory.load(workspace.residual, state.residual, workspace.hiddenSize, tile)
    this.#memory.load(workspace.turns, state.turns, workspace.rotatedSize, tile)
  }

  #unloadOutput(state: WasmState, tile: Tile): void {
    const { output, streamWidth } = this.#layout.workspace
    const stride = roundUp(streamWidth, GROUP_ROWS)
    const held = stride === streamWidth || tile.count === 1 ? this.#held.hold(state) : null
    if (held) state.partial.set(held.output)
    else this.#memory.unload(output, state.partial, streamWidth, tile, stride)
  }
}
