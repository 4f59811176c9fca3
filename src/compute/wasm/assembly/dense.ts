// Matrices of any format times activations of the workspace, and the norms around them.
import { multiplyFloat } from './matmul-float'
import { multiplyInt4 } from './matmul-int4'
import { multiplyInt8 } from './matmul-int8'
import { affineNorm, layerNorm, rmsNorm } from './norm'
import { quantize } from './quantize'
import { Matrix, Norm } from './structures'
import { barrier, partStart } from './threads'
import { addTo } from './vector'
import { present, ws } from './workspace'

@inline
export function isQuantized(matrix: Matrix): bool {
  return matrix.format >= 2
}

/** x (T, columns), columns whole blocks -> the workspace's quantized copy, which quantized matrices read. */
export function quantizeAll(x: usize, columns: i32, tokens: i32): void {
  quantize(x, 0, (tokens * columns) >> 5, ws.bytes, ws.words, ws.scales)
}

/** My thread's row groups of matrix @ x + bias; quantized matrices take x from the quantized copy. x (T, columns) -> out (T, 4 * groups) */
export function multiply(m: Matrix, x: usize, tokens: i32, out: usize, thread: i32): void {
  const from = partStart(m.groups, thread)
  const to = partStart(m.groups, thread + 1)
  const stride = m.groups << 2
  switch (m.format) {
    case 0:
      multiplyFloat<f32>(m.address, m.columns, from, to, x, tokens, out, stride)
      break
    case 1:
      multiplyFloat<u16>(m.address, m.columns, from, to, x, tokens, out, stride)
      break
    case 2:
      multiplyInt8(m.address, m.columns, from, to, ws.words, ws.scales, tokens, out, stride)
      break
    default:
      if (ASC_FEATURE_RELAXED_SIMD) {
        if (!ws.fine) {
          multiplyInt4<i8>(m.address, m.columns, from, to, ws.bytes, ws.scales, tokens, out, stride)
          break
        }
      }
      multiplyInt4<i16>(m.address, m.columns, from, to, ws.words, ws.scales, tokens, out, stride)
  }
  if (m.bias == 0) return
  for (let t = 0; t < tokens; t++)
    addTo(out + (<usize>(t * stride) << 2) + (<usize>from << 4), m.bias + (<usize>from << 4), (to - from) << 2)
}

/** A sublayer's last matrix: workspace.inner -> workspace.output. */
export function project(matrix: Matrix, tokens: i32, thread: i32): void {
  if (isQuantized(matrix)) {
    const blocks = (tokens * matrix.columns) >> 5
    quantize(ws.inner, partStart(blocks, thread), partStart(blocks, thread + 1), ws.bytes, ws.words, ws.scales)
    barrier()
  }
  multiply(matrix, ws.inner, tokens, ws.output, thread)
  barrier()
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
