// Where keys and values lie, and how they come there. The cache is a ring of `capacity` rows in chunks; position p is row p % capacity.
// Both are laid out as weights are, four rows interleaved, so that attention is two products:
//
//   chunk    [sublayer][KV head][keys | values], chunkPositions rows of headStride values each, f32 or halves
//   keys     [position / 4][headStride][4]     a vector holds one dimension of four positions
//   values   [headStride / 4][position][4]     a vector holds four dimensions of one position
//
// Values past headSize are zeros.
import { isHalf, toHalves } from './vector'
import { ws } from './workspace'

/** The keys of a KV head in a chunk, by its sublayer's offset. */
@inline
export function headInChunk(cacheOffset: usize, chunk: i32, kvHead: i32): usize {
  return ws.cache + <usize>chunk * ws.chunkBytes + cacheOffset + <usize>kvHead * 2 * partBytes()
}

/** Bytes of one KV head's keys, or of its values, in a chunk. */
@inline
function partBytes(): usize {
  return <usize>(ws.chunkPositions * ws.headStride) << (ws.halfCache ? 1 : 2)
}

/**
 * Brings a KV head's keys and values of a chunk near, by one load for each 64 bytes: these wait for memory together, where the products'
 * own would wait a few at a time. Decoding behind 4,096 positions (9 heads on 3, 30 layers) attention takes 14.4 instead of 24.5 ms so (AMD Zen 5).
 * `sink`: four bytes that may change, so that no compiler leaves the loads out.
 */
export function fetchHead(keys: usize, sink: usize): void {
  let any: i32 = 0
  for (const end = keys + 2 * partBytes(); keys < end; keys += 256)
    any |= load<i32>(keys) | load<i32>(keys, 64) | load<i32>(keys, 128) | load<i32>(keys, 192)
  store<i32>(sink, any)
}

/** key (headStride) f32 -> row `row` of a chunk's keys. */
export function putKey(keys: usize, row: i32, key: usize): void {
  const first = (<usize>(row >> 2) * ws.headStride << 2) + (row & 3)
  const end = key + (<usize>ws.headStride << 2)
  if (ws.halfCache) {
    for (let to = keys + (first << 1); key < end; key += 16, to += 32) {
      const halves = checked(v128.load(key))
      v128.store16_lane(to, halves, 0)
      v128.store16_lane(to, halves, 2, 8)
      v128.store16_lane(to, halves, 4, 16)
      v128.store16_lane(to, halves, 6, 24)
    }
    return
  }
  for (let to = keys + (first << 2); key < end; key += 4, to += 16) store<f32>(to, load<f32>(key))
}

/** value (headStride) f32 -> row `row` of the values behind a chunk's keys. */
export function putValue(keys: usize, row: i32, value: usize): void {
  const values = keys + partBytes()
  const end = value + (<usize>ws.headStride << 2)
  if (ws.halfCache) {
    for (let to = values + (<usize>row << 3); value < end; value += 16, to += <usize>ws.chunkPositions << 3) {
      const halves = checked(v128.load(value))
      v128.store64_lane(to, i16x8.narrow_i32x4_u(halves, halves), 0)
    }
    return
  }
  for (let to = values + (<usize>row << 4); value < end; value += 16, to += <usize>ws.chunkPositions << 4)
    v128.store(to, v128.load(value))
}

/** A half in each 32-bit lane; the workspace remembers where there is none. */
@inline
function checked(v: v128): v128 {
  if (!isHalf(v)) ws.overflow = 1
  return toHalves(v)
}
