// The memory of one shard: fixed part at once, KV chunks when positions come.
import { bytesInWords } from '../../base/bytes-in-words.ts'
import { HeadroomError } from '../../base/errors.ts'
import type { MemoryLayout } from './memory-layout.ts'
import type { Tile } from './tiles.ts'

const PAGE = 65536
const LARGEST = 65536 * PAGE

export class WasmMemory {
  readonly memory: WebAssembly.Memory
  readonly #layout: MemoryLayout
  readonly #views = new Map<number, Float32Array>()
  #chunks = 0

  /** Throws `out-of-memory` with the bytes wanted. */
  constructor(layout: MemoryLayout, shared: boolean) {
    this.#layout = layout
    const { fixedBytes, chunkCount, workspace } = layout
    const wholeBytes = fixedBytes + chunkCount * workspace.chunkBytes
    if (wholeBytes > LARGEST) throw outOfMemory(wholeBytes, `WebAssembly ends at ${bytesInWords(LARGEST)}`)
    try {
      this.memory = new WebAssembly.Memory({ initial: pages(fixedBytes), maximum: pages(wholeBytes), shared })
    } catch (cause) {
      throw outOfMemory(fixedBytes, 'the browser refused', cause)
    }
  }

  get buffer(): ArrayBufferLike {
    return this.memory.buffer
  }

  get kvBytes(): number {
    return this.#chunks * this.#layout.workspace.chunkBytes
  }

  /** Makes room in the cache for positions `0..end`. Throws `out-of-memory`. */
  reserve(end: number): void {
    const { fixedBytes, workspace } = this.#layout
    const chunks = Math.ceil(end / workspace.chunkPositions)
    if (chunks <= this.#chunks) return
    const bytes = fixedBytes + chunks * workspace.chunkBytes
    const missing = pages(bytes) - this.buffer.byteLength / PAGE
    try {
      if (missing > 0) this.memory.grow(missing)
    } catch (cause) {
      throw outOfMemory(bytes, `the browser refused to grow the cache to ${end} positions`, cause)
    }
    this.#chunks = chunks
  }

  /** A tile's rows of `source` [T, width] to `address`. */
  load(address: number, source: Float32Array, width: number, { first, count }: Tile): void {
    this.floats(address, count * width).set(source.subarray(first * width, (first + count) * width))
  }

  /** Rows at `address`, `stride` values apart, to a tile's rows of `target` [T, width]. */
  unload(address: number, target: Float32Array, width: number, { first, count }: Tile, stride = width): void {
    const rows = this.floats(address, count * stride)
    if (stride === width) target.set(rows, first * width)
    else for (let i = 0; i < count; i++) target.set(rows.subarray(i * stride, i * stride + width), (first + i) * width)
  }

  /** Numbers of a workspace's field or a tensor. The view is kept for who asks next: to make one takes as long as to copy a small stream. */
  floats(address: number, count: number): Float32Array {
    const kept = this.#views.get(address)
    if (kept?.length === count && kept.buffer === this.buffer) return kept
    const view = new Float32Array(this.buffer, address, count)
    this.#views.set(address, view)
    return view
  }

  bytes(address: number, count: number): Uint8Array {
    return new Uint8Array(this.buffer, address, count)
  }
}

function pages(byteLength: number): number {
  return Math.ceil(byteLength / PAGE)
}

function outOfMemory(bytes: number, why: string, cause?: unknown): HeadroomError {
  const text = `This device's share of the model needs ${bytesInWords(bytes)} of WebAssembly memory; ${why}. What would do: more devices, or a smaller model.`
  return new HeadroomError('out-of-memory', text, { cause })
}
