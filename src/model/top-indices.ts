/**
 * Indices of the `count` largest values, best first, ties to the lower index. One pass with a heap of `count`: no sort of all values.
 * `values` hold no NaN.
 */
export function topIndices(values: Float32Array | Float64Array, count: number): Uint32Array {
  const size = Math.min(count, values.length)
  const heap = new Uint32Array(size)
  if (size === 0) return heap
  if (size === 1) return heap.fill(indexOfMaximum(values))
  const worse = (a: number, b: number) => values[a]! < values[b]! || (values[a] === values[b] && a > b)
  const siftDown = (start: number, end: number) => {
    const index = heap[start]!
    let parent = start
    for (let child = 2 * parent + 1; child < end; child = 2 * parent + 1) {
      if (child + 1 < end && worse(heap[child + 1]!, heap[child]!)) child++
      if (!worse(heap[child]!, index)) break
      heap[parent] = heap[child]!
      parent = child
    }
    heap[parent] = index
  }

  for (let i = 0; i < size; i++) heap[i] = i
  for (let i = (size >> 1) - 1; i >= 0; i--) siftDown(i, size)
  for (let i = size; i < values.length; i++) {
    if (values[i]! <= values[heap[0]!]!) continue
    heap[0] = i
    siftDown(0, size)
  }
  for (let end = size - 1; end > 0; end--) {
    const worst = heap[0]!
    heap[0] = heap[end]!
    heap[end] = worst
    siftDown(0, end)
  }
  return heap
}

/** The first of the largest; 0 when empty. */
export function indexOfMaximum(values: Float32Array | Float64Array): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i
  return best
}
