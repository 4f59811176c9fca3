import { kernelNamed, WORKGROUP_SIZE } from '../kernel.ts'
import type { KernelRunner } from '../kernel-runner.ts'
import { type AttentionBuffers, type AttentionShape, projectedInputs, shapeName } from './attention-shape.ts'
import { rotatedWgsl } from './rotate.ts'

/**
 * Turns the keys of T tokens and puts keys and values into the cache from position `pastLength` on, over the oldest where it is full;
 * T is at most its capacity. A thread a value; tokens in y, as all values together may be more workgroups than x may have.
 */
export function appendKeysAndValues(
  gpu: KernelRunner,
  shape: AttentionShape,
  buffers: AttentionBuffers,
  pastLength: number,
  tokenCount: number,
): void {
  const { headSize, rope, capacity, queryHeads, kvHeads } = shape
  const { inputs, arrays } = projectedInputs(shape, buffers)
  const kernel = kernelNamed(`append-${shapeName(shape)}`, () => ({
    inputs,
    uniforms: ['past', 'queryHeads', 'kvHeads'],
    wgsl: `
    ${rotatedWgsl(rope)}
    fn main(index : i32) {
      let column = i32(workgroupId.x) * ${WORKGROUP_SIZE} + i32(localId.x);
      let head = column / ${headSize};
      if (head >= uniforms.kvHeads) { return; }
      let i = column % ${headSize};
      let token = i32(workgroupId.y);
      let row = token * (uniforms.queryHeads + 2 * uniforms.kvHeads);
      let key = (row + uniforms.queryHeads + head) * ${headSize};
      let at = (head * ${capacity} + (uniforms.past + token) % ${capacity}) * ${headSize} + i;
      result[at] = rotated(key, i, token);
      result[at + uniforms.kvHeads * ${capacity * headSize}] = projected[key + uniforms.kvHeads * ${headSize} + i];
    }`,
  }))
  const groups = Math.ceil((kvHeads * headSize) / WORKGROUP_SIZE)
  gpu.run(kernel, arrays, buffers.cache, [pastLength, queryHeads, kvHeads], [groups, tokenCount])
}
