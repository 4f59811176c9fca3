import type { GpuArray } from '../gpu-array.ts'
import { kernelNamed, WORKGROUP_SIZE } from '../kernel.ts'
import type { KernelRunner } from '../kernel-runner.ts'
import type { AttentionShape } from './attention-shape.ts'
import { lanesName, reducedWgsl } from './reduce.ts'

/**
 * RMS norm of every query and key head of `projected` in place (Qwen3); `gains` [2, D]: for queries, for keys. A workgroup a head and
 * token. It has a dispatch of its own, because attention's threads would each sum up the whole head again.
 */
export function normHeads(
  gpu: KernelRunner,
  { headSize, queryHeads, kvHeads }: AttentionShape,
  epsilon: number,
  projected: GpuArray,
  gains: GpuArray,
  tokenCount: number,
): void {
  const kernel = kernelNamed(`norm-heads-${headSize}-${epsilon}${lanesName(gpu.paths)}`, () => ({
    inputs: [{ name: 'gains', width: 1 }],
    uniforms: ['queryHeads', 'kvHeads'],
    wgsl: `
    ${reducedWgsl('summed', gpu.paths)}
    fn main(index : i32) {
      let lane = i32(localId.x);
      let head = i32(workgroupId.x);
      let row = i32(workgroupId.y) * (uniforms.queryHeads + 2 * uniforms.kvHeads);
      let at = (row + head) * ${headSize};
      let gain = select(${headSize}, 0, head < uniforms.queryHeads);
      var square = 0.0;
      for (var i = lane; i < ${headSize}; i += ${WORKGROUP_SIZE}) { square += result[at + i] * result[at + i]; }
      let scale = 1.0 / sqrt(summed(lane, square) / ${headSize}.0 + ${epsilon.toExponential()});
      for (var i = lane; i < ${headSize}; i += ${WORKGROUP_SIZE}) { result[at + i] *= scale * gains[gain + i]; }
    }`,
  }))
  gpu.run(kernel, [gains], projected, [queryHeads, kvHeads], [queryHeads + kvHeads, tokenCount])
}
