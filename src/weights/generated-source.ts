// A file of random Q4_1 blocks that nobody stores: block n is a function of the seed and n, so that every device makes just its slices and
// all agree. For models whose weights are not public or not at hand: can this room hold that shape, and how fast is it?
import { randomWords } from '../base/counter-random.ts'
import { throwIfAborted } from '../base/errors.ts'
import { floatToHalf } from '../base/half.ts'
import type { Range } from '../base/ranges.ts'
import { BLOCK_LAYOUT } from './block-types.ts'
import type { ByteSource, GeneratedWeights, StridedCut } from './byte-source.ts'

const BLOCK_BYTES = BLOCK_LAYOUT.Q4_1.bytesPerBlock
/** Blocks made at a time. */
const BATCH_BLOCKS = 8192
/** Nothing here waits for anything; after so long the thread hears what else there is, such as that nobody wants the rest. */
const TURN_MS = 50
/** Standard deviation of an evenly drawn nibble, sqrt((16^2 - 1) / 12). */
const NIBBLE_DEVIATION = 4.609772

/** `size` is a whole number of blocks. */
export function generatedSource(weights: GeneratedWeights, size: number): ByteSource {
  let turnStartMs = performance.now()
  async function* read({ start, end }: Range, signal?: AbortSignal) {
    for (let at = start; at < end; ) {
      if (performance.now() - turnStartMs > TURN_MS) {
        await new Promise((resolve) => setTimeout(resolve))
        turnStartMs = performance.now()
      }
      throwIfAborted(signal)
      const first = Math.floor(at / BLOCK_BYTES)
      const last = Math.min(Math.ceil(end / BLOCK_BYTES), first + BATCH_BLOCKS)
      const blocks = generateBlocks(weights, first, last - first)
      const offset = first * BLOCK_BYTES
      yield blocks.subarray(at - offset, Math.min(end, last * BLOCK_BYTES) - offset)
      at = last * BLOCK_BYTES
    }
  }
  return {
    origin: { kind: 'generated', ...weights },
    name: `generated weights, seed ${weights.seed}`,
    size,
    etag: null,
    verified: 'local',
    downloadedBytes: 0,
    read,
    async *readStrided({ first, stride, length, count }: StridedCut, signal) {
      for (let i = 0; i < count; i++)
        yield* read({ start: first + i * stride, end: first + i * stride + length }, signal)
    },
  }
}

/** Blocks `first..first + count`: even nibbles around `mean`, each block's scale between half and one and a half times the usual. */
function generateBlocks({ seed, mean, deviation }: GeneratedWeights, first: number, count: number): Uint8Array {
  const words = new Uint32Array(count * 6)
  const bytes = new Uint8Array(count * BLOCK_BYTES)
  const view = new DataView(bytes.buffer)
  for (let block = 0, at = 0; block < count; block++, at += BLOCK_BYTES) {
    const counter = first + block
    randomWords(counter, 0, seed, words, block * 6)
    randomWords(counter, 1, seed, words, block * 6 + 3)
    const scale = (deviation / NIBBLE_DEVIATION) * (0.5 + words[block * 6 + 4]! / 2 ** 32)
    view.setUint16(at, floatToHalf(scale), true)
    view.setUint16(at + 2, floatToHalf(mean - 7.5 * scale), true)
    for (let word = 0; word < 4; word++) view.setUint32(at + 4 + 4 * word, words[block * 6 + word]!, true)
  }
  return bytes
}
