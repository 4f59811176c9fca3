// Causal grouped-query attention over a KV cache in GPU memory (Vaswani et al. 2017; Ainslie et al. 2023), in two kernels. The cache
// of one sublayer is one float32 buffer: keys [kvHeads, context, D], then values [kvHeads, context, D]; keys lie there rotated.
// Queries are rotated as they are read. `projected` rows are q (n * D), k (m * D), v (m * D) for my n query and m KV heads.
import type { Rope } from '../../../model/config.ts'
import type { GpuSession } from '../gpu-session.ts'
import { type KernelInput, kernelNamed, WORKGROUP_SIZE } from '../kernel.ts'
import type { GpuArray } from '../tfjs-device.ts'
import { rotatedWgsl } from './rotate.ts'

/** Sizes of one rank's attention; heads counted over the whole model where `first`. */
export interface AttentionShape {
  headSize: number
  rope: Rope
  contextLength: number
  queryHeads: number
  kvHeads: number
  firstQueryHead: number
  firstKvHead: number
  queryHeadsPerKvHead: number
}

export interface AttentionBuffers {
  projected: GpuArray
  /** cos and sin by token and pair. */
  angles: GpuArray
  cache: GpuArray
}

const inputs: KernelInput[] = [
  { name: 'projected', width: 1 },
  { name: 'angles', width: 1 },
]

/** Rotates the keys of T tokens and puts keys and values into the cache from position `pastLength` on. A thread a value. */
export function appendKeysAndValues(
  gpu: GpuSession,
  shape: AttentionShape,
  { projected, angles, cache }: AttentionBuffers,
  pastLength: number,
  tokenCount: number,
): void {
  const { headSize, rope, contextLength, queryHeads, kvHeads } = shape
  const kernel = kernelNamed(`append-${ropeName(rope)}-${headSize}-${contextLength}`, () => ({
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
      let at = (head * ${contextLength} + uniforms.past + token) * ${headSize} + i;
      result[at] = rotated(key, i, token);
      result[at + uniforms.kvHeads * ${contextLength * headSize}] = projected[key + uniforms.kvHeads * ${headSize} + i];
    }`,
  }))
  const count = tokenCount * kvHeads * headSize
  const groups = Math.ceil(count / WORKGROUP_SIZE)
  gpu.run(kernel, [projected, angles], cache, [count, pastLength, queryHeads, kvHeads], [groups])
}

/**
 * softmax(q k / sqrt(D)) v for T tokens, token t over cache positions 0..pastLength + t -> (T, n * D) at `outputOffset` of rows of
 * `outputStride`, zeros around it. A workgroup a head and token, 64 positions at a time, softmax kept running (Milakov and
 * Gimelshein 2018).
 */
export function attend(
  gpu: GpuSession,
  shape: AttentionShape,
  { projected, angles, cache }: AttentionBuffers,
  pastLength: number,
  tokenCount: number,
  { output, outputOffset, outputStride }: { output: GpuArray; outputOffset: number; outputStride: number },
): void {
  const { headSize, rope, contextLength, queryHeads, kvHeads } = shape
  const valuesPerThread = Math.ceil(headSize / WORKGROUP_SIZE)
  const kernel = kernelNamed(`attend-${ropeName(rope)}-${headSize}-${contextLength}`, () => ({
    inputs: [...inputs, { name: 'cache', width: 1 }],
    uniforms: ['past', 'queryHeads', 'kvHeads', 'firstQuery', 'firstKv', 'sharing', 'outputAt', 'outputStride'],
    wgsl: `
    ${rotatedWgsl(rope)}
    const lowest = -3.0e38;
    var<workgroup> query : array<f32, ${headSize}>;
    var<workgroup> weights : array<f32, ${WORKGROUP_SIZE}>;
    var<workgroup> maxima : array<f32, ${WORKGROUP_SIZE}>;
    var<workgroup> visible : i32;
    fn main(index : i32) {
      let lane = i32(localId.x);
      let head = i32(workgroupId.x);
      let token = i32(workgroupId.y);
      let row = token * (uniforms.queryHeads + 2 * uniforms.kvHeads);
      for (var i = lane; i < ${headSize}; i += ${WORKGROUP_SIZE}) {
        query[i] = rotated((row + head) * ${headSize}, i, token);
      }
      if (lane == 0) { visible = uniforms.past + token + 1; }
      let end = workgroupUniformLoad(&visible);
      let keys = ((uniforms.firstQuery + head) / uniforms.sharing - uniforms.firstKv) * ${contextLength * headSize};
      let values = keys + uniforms.kvHeads * ${contextLength * headSize};
      var mixed : array<f32, ${valuesPerThread}>;
      var maximum = lowest;
      var total = 0.0;
      for (var start = 0; start < end; start += ${WORKGROUP_SIZE}) {
        let position = start + lane;
        var score = lowest;
        if (position < end) {
          score = 0.0;
          for (var i = 0; i < ${headSize}; i++) { score += query[i] * cache[keys + position * ${headSize} + i]; }
          score *= ${1 / Math.sqrt(headSize)};
        }
        maxima[lane] = score;
        workgroupBarrier();
        for (var half = ${WORKGROUP_SIZE / 2}; half > 0; half /= 2) {
          if (lane < half) { maxima[lane] = max(maxima[lane], maxima[lane + half]); }
          workgroupBarrier();
        }
        let next = max(maximum, maxima[0]);
        let rescale = exp(maximum - next);
        maximum = next;
        weights[lane] = select(0.0, exp(score - next), position < end);
        workgroupBarrier();
        let count = min(${WORKGROUP_SIZE}, end - start);
        total *= rescale;
        for (var p = 0; p < count; p++) { total += weights[p]; }
        for (var n = 0; n < ${valuesPerThread}; n++) {
          let i = lane + n * ${WORKGROUP_SIZE};
          if (i < ${headSize}) {
            var sum = 0.0;
            for (var p = 0; p < count; p++) { sum += weights[p] * cache[values + (start + p) * ${headSize} + i]; }
            mixed[n] = mixed[n] * rescale + sum;
          }
        }
        workgroupBarrier();
      }
      let out = token * uniforms.outputStride;
      let own = uniforms.outputAt + head * ${headSize};
      for (var n = 0; n < ${valuesPerThread}; n++) {
        let i = lane + n * ${WORKGROUP_SIZE};
        if (i < ${headSize}) { result[out + own + i] = mixed[n] / total; }
      }
      if (head == 0) {
        for (var i = lane; i < uniforms.outputAt; i += ${WORKGROUP_SIZE}) { result[out + i] = 0.0; }
      }
      if (head == uniforms.queryHeads - 1) {
        for (var i = own + ${headSize} + lane; i < uniforms.outputStride; i += ${WORKGROUP_SIZE}) { result[out + i] = 0.0; }
      }
    }`,
  }))
  const { firstQueryHead, firstKvHead, queryHeadsPerKvHead } = shape
  gpu.run(
    kernel,
    [projected, angles, cache],
    output,
    [pastLength, queryHeads, kvHeads, firstQueryHead, firstKvHead, queryHeadsPerKvHead, outputOffset, outputStride],
    [queryHeads, tokenCount],
  )
}

function ropeName({ layout, rotatedSize }: Rope): string {
  return `${layout}-${rotatedSize}`
}
