import { BLOCK_SIZE } from '../../../model/tensor.ts'
import type { GpuSession } from '../gpu-session.ts'
import { kernelNamed, WORKGROUP_SIZE } from '../kernel.ts'
import type { GpuArray } from '../tfjs-device.ts'
import { blocksOf } from '../weight-format.ts'

/**
 * The residual stream and its normed copy in one buffer (a kernel has one output): normed rows [capacity, 32 * blocks], the end of
 * each zero, and from float `residualOffset` on the residual [capacity, H].
 */
export interface Stream {
  array: GpuArray
  residualOffset: number
}

export interface NormShape {
  hiddenSize: number
  epsilon: number
}

/**
 * residual += sum (where `sum` is not null), then normed = residual / rms(residual) * gain (Zhang and Sennrich 2019); sum (T, H),
 * gain (H). A workgroup a token. The deferred half of an executor's `join`: residual and norm in one dispatch.
 */
export function joinNorm(
  gpu: GpuSession,
  { hiddenSize, epsilon }: NormShape,
  { array, residualOffset }: Stream,
  gain: GpuArray,
  sum: GpuArray | null,
  tokenCount: number,
): void {
  const kernel = kernelNamed(`join-norm-${hiddenSize}-${epsilon}-${sum !== null}`, () => ({
    inputs: [{ name: 'gain', width: 1 }, ...(sum ? [{ name: 'sum', width: 1 } as const] : [])],
    uniforms: ['residualAt'],
    wgsl: `
    var<workgroup> squares : array<f32, ${WORKGROUP_SIZE}>;
    fn main(index : i32) {
      let lane = i32(localId.x);
      let token = i32(workgroupId.x);
      let at = uniforms.residualAt + token * ${hiddenSize};
      var square = 0.0;
      for (var i = lane; i < ${hiddenSize}; i += ${WORKGROUP_SIZE}) {
        ${sum ? `result[at + i] += sum[token * ${hiddenSize} + i];` : ''}
        square += result[at + i] * result[at + i];
      }
      squares[lane] = square;
      workgroupBarrier();
      for (var half = ${WORKGROUP_SIZE / 2}; half > 0; half /= 2) {
        if (lane < half) { squares[lane] += squares[lane + half]; }
        workgroupBarrier();
      }
      let scale = 1.0 / sqrt(squares[0] / ${hiddenSize}.0 + ${epsilon.toExponential()});
      let stride = ${blocksOf(hiddenSize) * BLOCK_SIZE};
      for (var i = lane; i < stride; i += ${WORKGROUP_SIZE}) {
        var normed = 0.0;
        if (i < ${hiddenSize}) { normed = result[at + i] * scale * gain[i]; }
        result[token * stride + i] = normed;
      }
    }`,
  }))
  gpu.run(kernel, sum ? [gain, sum] : [gain], array, [residualOffset], [tokenCount])
}
