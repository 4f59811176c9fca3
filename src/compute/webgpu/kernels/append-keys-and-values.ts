import { rangeLength } from '../../../base/ranges.ts'
import { kernelNamed, WORKGROUP_SIZE } from '../kernel.ts'
import type { KernelRunner } from '../kernel-runner.ts'
import { type AttentionBuffers, type AttentionShape, projectedInputs } from './attention-shape.ts'
import { headValuesName, headValuesWgsl } from './head-values.ts'

/**
 * Norms and turns the keys of T tokens and puts keys and values of the piece's heads into the cache from position `pastLength` on, over the oldest where it is
 * full; T is at most its capacity. A workgroup a head and token.
 */
export function appendKeysAndValues(
  gpu: KernelRunner,
  shape: AttentionShape,
  buffers: AttentionBuffers,
  pastLength: number,
  tokenCount: number,
): void {
  const { headSize, capacity, queryHeads, kvHeads } = shape
  const { inputs, arrays } = projectedInputs(shape, buffers)
  const kernel = kernelNamed(`append-${headValuesName(shape, gpu.paths)}-${capacity}`, () => ({
    inputs,
    uniforms: ['past', 'queryHeads', 'kvHeads', 'firstHeld', 'held'],
    wgsl: `
    ${headValuesWgsl(shape, 'key', gpu.paths)}
    fn main(index : i32) {
      let lane = i32(localId.x);
      let own = i32(workgroupId.x);
      let token = i32(workgroupId.y);
      let row = token * (uniforms.queryHeads + 2 * uniforms.kvHeads);
      let key = (row + uniforms.queryHeads + uniforms.firstHeld + own) * ${headSize};
      let at = (own * ${capacity} + (uniforms.past + token) % ${capacity}) * ${headSize};
      takeHead(lane, key);
      for (var i = lane; i < ${headSize}; i += ${WORKGROUP_SIZE}) {
        result[at + i] = headValue(key, i, token);
        result[at + uniforms.held * ${capacity * headSize} + i] = projected[key + uniforms.kvHeads * ${headSize} + i];
      }
    }`,
  }))
  const { array, kvHeads: held } = buffers.cache
  const uniforms = [pastLength, queryHeads, kvHeads, held.start, rangeLength(held)]
  gpu.run(kernel, arrays, array, uniforms, [rangeLength(held), tokenCount])
}
