import type { Norm } from '../../../model/config.ts'
import type { GpuArray } from '../gpu-array.ts'
import { type KernelInput, kernelNamed, WORKGROUP_SIZE } from '../kernel.ts'
import type { KernelRunner } from '../kernel-runner.ts'
import { lanesName, reducedWgsl } from './reduce.ts'
import { paddedSize, type Stream } from './rows.ts'

/** What `joinNorm` does; null leaves that part out. */
export interface JoinNorm {
  /** Rows [T, size] to add. */
  sum: GpuArray | null
  /** [size], added to every row. */
  bias: GpuArray | null
  /** Gain [size] and, but for `rms`, bias [size] behind it. */
  norm: GpuArray | null
  shape: Norm
}

/**
 * residual += sum + bias, then normed = norm(residual), or residual as it is without a norm; placed `post`, the norm is written over
 * the residual too. A workgroup a token. The deferred half of an executor's `join`: residual and norm in one dispatch. Norms: Zhang
 * and Sennrich 2019, Ba et al. 2016, and MobileBERT's affine one.
 */
export function joinNorm(
  gpu: KernelRunner,
  stream: Stream,
  { sum, bias, norm, shape }: JoinNorm,
  tokenCount: number,
): void {
  const { size, array, normedOffset, residualOffset } = stream
  const kind = norm === null ? 'none' : shape.kind
  const hasStatistics = kind === 'rms' || kind === 'layer'
  const writesBack = norm !== null && shape.placement === 'post'
  const operands = [...named('sum', sum), ...named('bias', bias), ...named('gains', norm)]
  const names = operands.map(({ name }) => name).join('-')
  const kernel = kernelNamed(
    `join-norm-${size}-${kind}-${shape.epsilon}-${writesBack}-${names}${hasStatistics ? lanesName(gpu.paths) : ''}`,
    () => ({
      inputs: operands.map(({ name }): KernelInput => ({ name, width: 1 })),
      uniforms: ['normedAt', 'residualAt'],
      wgsl: `
    ${hasStatistics ? reducedWgsl('summed', gpu.paths) : ''}
    fn main(index : i32) {
      let lane = i32(localId.x);
      let token = i32(workgroupId.x);
      let at = uniforms.residualAt + token * ${size};
      ${eachValue(size, `${sum ? `result[at + i] += sum[token * ${size} + i];` : ''} ${bias ? 'result[at + i] += bias[i];' : ''}`)}
      ${kind === 'layer' ? `var total = 0.0; ${eachValue(size, 'total += result[at + i];')}` : ''}
      let mean = ${kind === 'layer' ? `summed(lane, total) / ${size}.0` : '0.0'};
      ${statistics(kind, size, shape.epsilon)}
      for (var i = lane; i < ${paddedSize(size)}; i += ${WORKGROUP_SIZE}) {
        var normed = 0.0;
        if (i < ${size}) {
          normed = ${kind === 'none' ? 'result[at + i]' : '(result[at + i] - mean) * scale * gains[i]'};
          ${kind === 'layer' || kind === 'affine' ? `normed += gains[${size} + i];` : ''}
          ${writesBack ? 'result[at + i] = normed;' : ''}
        }
        result[uniforms.normedAt + token * ${paddedSize(size)} + i] = normed;
      }
    }`,
    }),
  )
  const inputs = operands.map(({ array: input }) => input)
  gpu.run(kernel, inputs, array, [normedOffset, residualOffset], [tokenCount])
}

function named(name: string, array: GpuArray | null): { name: string; array: GpuArray }[] {
  return array ? [{ name, array }] : []
}

/** A loop in which every lane sees the same values again. */
function eachValue(size: number, body: string): string {
  return body.trim() && `for (var i = lane; i < ${size}; i += ${WORKGROUP_SIZE}) { ${body} }`
}

function statistics(kind: Norm['kind'] | 'none', size: number, epsilon: number): string {
  if (kind === 'none' || kind === 'affine') return 'let scale = 1.0;'
  return `
      var square = 0.0;
      ${eachValue(size, 'square += (result[at + i] - mean) * (result[at + i] - mean);')}
      let scale = 1.0 / sqrt(summed(lane, square) / ${size}.0 + ${epsilon.toExponential()});`
}
