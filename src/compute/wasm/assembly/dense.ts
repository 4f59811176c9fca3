// Matrices of any format times activations of the workspace, and the norms around them. What takes a range of units is one thread's
// part of a stage (stages.ts).
import { multiplyFloat } from './matmul-float'
import { multiplyInt4 } from './matmul-int4'
import { multiplyInt8 } from './matmul-int8'
import { affineNorm, layerNorm, rmsNorm } from './norm'
import { quantize } from './quantize'
import { Matrix, Norm } from './structures'
import { addTo } from './vector'
import { present, ws } from './workspace'

/** Row groups of a unit: 32 rows, which are one block of the activations of the next matrix. */
export const UNIT_GROUPS = 8
/** Blocks of a unit of quantizing. */
const UNIT_BLOCKS = 64

@inline
export function isQuantized(matrix: Matrix): bool {
  return matrix.format >= 2
}

/** int4 takes activations as bytes where that is exact and fast. */
@inline
function takesBytes(matrix: Matrix): bool {
  return ASC_FEATURE_RELAXED_SIMD && matrix.format == 3 && !ws.fine
}

@inline
function takesWords(matrix: Matrix): bool {
  return isQuantized(matrix) && !takesBytes(matrix)
}

/** Which quantized activations a matrix reads, as bits: 1 bytes, 2 words. */
@inline
export function wants(matrix: Matrix): i32 {
  return takesBytes(matrix) ? 1 : takesWords(matrix) ? 2 : 0
}

@inline
export function rowUnits(matrix: Matrix): i32 {
  return (matrix.groups + UNIT_GROUPS - 1) / UNIT_GROUPS
}

@inline
export function blockUnits(blocks: i32): i32 {
  return (blocks + UNIT_BLOCKS - 1) / UNIT_BLOCKS
}

/** Units of the `blocks` blocks of x -> the quantized copy `copy` bytes behind the first one, of what `wanted` says. */
export function quantizeUnits(x: usize, blocks: i32, copy: usize, wanted: i32, from: i32, to: i32): void {
  quantizeBlocks(x, from * UNIT_BLOCKS, min(to * UNIT_BLOCKS, blocks), copy, wanted)
}

@inline
export function quantizeBlocks(x: usize, from: i32, to: i32, copy: usize, wanted: i32): void {
  quantize(x, from, to, wanted & 1 ? ws.bytes + copy : 0, wanted & 2 ? ws.words + copy : 0, ws.scales + copy)
}

/** Units `from..to`, of those that the matrix has, of matrix @ x + bias; quantized matrices take x from the quantized copy. x (T, columns) -> out (T, 4 * groups) */
export function multiplyUnits(m: Matrix, x: usize, copy: usize, tokens: i32, out: usize, from: i32, to: i32): void {
  const first = max(from, 0) * UNIT_GROUPS
  const end = min(to * UNIT_GROUPS, m.groups)
  if (first < end) multiply(m, x, copy, tokens, out, first, end)
}

/** Row groups `from..to`. */
function multiply(m: Matrix, x: usize, copy: usize, tokens: i32, out: usize, from: i32, to: i32): void {
  const stride = m.groups << 2
  const scales = ws.scales + copy
  switch (m.format) {
    case 0:
      multiplyFloat<f32>(m.address, m.columns, from, to, x, tokens, out, stride)
      break
    case 1:
      multiplyFloat<u16>(m.address, m.columns, from, to, x, tokens, out, stride)
      break
    case 2:
      multiplyInt8(m.address, m.columns, from, to, ws.words + copy, scales, tokens, out, stride)
      break
    default:
      if (ASC_FEATURE_RELAXED_SIMD) {
        if (!ws.fine) {
          multiplyInt4<i8>(m.address, m.columns, from, to, ws.bytes + copy, scales, tokens, out, stride)
          break
        }
      }
      multiplyInt4<i16>(m.address, m.columns, from, to, ws.words + copy, scales, tokens, out, stride)
  }
  if (m.bias == 0) return
  for (let t = 0; t < tokens; t++)
    addTo(out + (<usize>(t * stride) << 2) + (<usize>from << 4), m.bias + (<usize>from << 4), (to - from) << 2)
}

/** Zeros in workspace.inner [T, columns] around my own `size` columns: widened blocks hold columns of other ranks. */
export function zeroAround(columns: i32, offset: i32, size: i32, tokens: i32): void {
  if (size == columns) return
  for (let t: usize = 0; t < <usize>tokens; t++) {
    const row = ws.inner + ((t * columns) << 2)
    memory.fill(row, 0, <usize>offset << 2)
    memory.fill(row + (<usize>(offset + size) << 2), 0, <usize>(columns - offset - size) << 2)
  }
}

/** x (T, norm.size) in rows `stride` apart -> out (T, norm.size), normed; may be in place. */
export function normalizeRows(norm: Norm, x: usize, stride: i32, out: usize, tokens: i32): void {
  const size = norm.size
  for (let t = 0; t < tokens; t++) {
    if (norm.kind == 0) rmsNorm(x, norm.gain, out, size, norm.epsilon)
    else if (norm.kind == 1) layerNorm(x, norm.gain, norm.bias, out, size, norm.epsilon)
    else affineNorm(x, norm.gain, norm.bias, out, size)
    x += <usize>stride << 2
    out += <usize>size << 2
  }
}

/** x (T, width) -> workspace.normed (T, width), normed where there is a norm. */
export function prepare(norm: Norm, x: usize, width: i32, tokens: i32): void {
  if (present(norm)) normalizeRows(norm, x, width, ws.normed, tokens)
  else memory.copy(ws.normed, x, <usize>(tokens * width) << 2)
}

/** out[t] += x[t] for rows of `size` values; the rows of x are `stride` apart. */
export function addToRows(out: usize, size: i32, x: usize, stride: i32, tokens: i32): void {
  for (let t = 0; t < tokens; t++) addTo(out + (<usize>(t * size) << 2), x + (<usize>(t * stride) << 2), size)
}
