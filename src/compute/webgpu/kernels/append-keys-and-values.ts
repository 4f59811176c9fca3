import type { GpuSession } from '../gpu-session.ts'
import { kernelNamed, WORKGROUP_SIZE } from '../kernel.ts'
import { type AttentionBuffers, type AttentionShape, projectedInputs, shapeName } from './attention-shape.ts'
import { rotatedWgsl } from './rotate.ts'

/**
 * Turns the keys of T tokens and puts keys and values into the cache from position `pastLength` on, over the oldest where it is full;
 * T is at most its capacity. A thread a value.
 */
export function appendKeysAndValues(
  gpu: GpuSession,
  shape: AttentionShape,
  buffers: AttentionBuffers,
  pastLength: number,
  tokenCount: number,
): void {
  const { headSize, rope, capacity, queryHeads, kvHeads } = shape
  const { inputs, arrays } = projectedInputs(shape, buffers)
  const kernel = kernelNamed(`append-${shapeName(shape)}`, () => ({
    inputs,
    uniforms: ['count', 'past', 'queryHeads', 'kvHeads'],
    wgsl: `
    ${rotatedWgsl(rope)}
    fn main(index : i32) {
      if (index >= uniforms.count) { return; }
      let i = index % ${headSize};
      let head = index / ${headSize} % uniforms.kvHeads;
      let token = index / ${headSize} / uniforms.kvHeads;
      let row = token * (uniforms.queryHeads + 2 * uniforms.kvHeads);
      let key = (row + uniforms.queryHeads + head) * ${headSize};
      let at = (head * ${capacity} + (uniforms.past + token) % ${capacity}) * ${headSize} + i;
      result[at] = rotated(key, i, token);
      result[at + uniforms.kvHeads * ${capacity * headSize}] = projected[key + uniforms.kvHeads * ${headSize} + i];
    }`,
  }))
  const count = tokenCount * kvHeads * headSize
  const groups = Math.ceil(count / WORKGROUP_SIZE)
  gpu.run(kernel, arrays, buffers.cache, [count, pastLength, queryHeads, kvHeads], [groups])
}
