// Grouped-query attention over a KV cache in GPU memory (Vaswani et al. 2017; Ainslie et al. 2023), 64 positions at a time, softmax
// kept running (Milakov and Gimelshein 2018). Queries are normed and turned as they are read.
import { rangeLength } from '../../../base/ranges.ts'
import { kernelNamed, WORKGROUP_SIZE } from '../kernel.ts'
import type { KernelPaths } from '../kernel-paths.ts'
import type { KernelRunner } from '../kernel-runner.ts'
import { type AttentionBuffers, type AttentionShape, projectedInputs } from './attention-shape.ts'
import { headValuesName, headValuesWgsl } from './head-values.ts'
import { lanesName, reducedWgsl } from './reduce.ts'
import type { Rows } from './rows.ts'

/**
 * softmax(q k / sqrt(D)) v for T tokens, each over the positions it sees: of a causal model up to its own and within the window, else
 * 0..T where the mask is not 0 (it shows one at least) -> (T, n * D) at `output.offset` of rows of `output.stride`, zeros around. Of
 * the query heads those whose keys are in the piece, a workgroup a head and token: all pieces together make the whole.
 */
export function attend(
  gpu: KernelRunner,
  shape: AttentionShape,
  buffers: AttentionBuffers,
  pastLength: number,
  tokenCount: number,
  output: Rows,
): void {
  const { queryHeads, kvHeads, capacity, causal, window, firstQueryHead, queryHeadsPerKvHead } = shape
  const { inputs, arrays } = projectedInputs(shape, buffers)
  const kernel = kernelNamed(
    `attend-${headValuesName(shape, gpu.paths)}-${capacity}-${causal}-${window}${lanesName(gpu.paths)}`,
    () => ({
      inputs: [...inputs, { name: 'cache', width: 1 }, ...(causal ? [] : [{ name: 'mask', width: 1 } as const])],
      uniforms: [
        'past',
        'tokens',
        'queryHeads',
        'kvHeads',
        'firstHead',
        'firstQuery',
        'firstKv',
        'held',
        'sharing',
        'outputAt',
        'outputStride',
      ],
      wgsl: attendWgsl(shape, gpu.paths),
    }),
  )
  const { array, kvHeads: held } = buffers.cache
  const firstKvHead = shape.firstKvHead + held.start
  const firstOf = (kvHead: number) => kvHead * queryHeadsPerKvHead - firstQueryHead
  const firstHead = Math.max(0, firstOf(firstKvHead))
  const endHead = Math.min(queryHeads, firstOf(firstKvHead + rangeLength(held)))
  gpu.run(
    kernel,
    [...arrays, array, ...(causal ? [] : [buffers.mask])],
    output.array,
    [
      pastLength,
      tokenCount,
      queryHeads,
      kvHeads,
      firstHead,
      firstQueryHead,
      firstKvHead,
      rangeLength(held),
      queryHeadsPerKvHead,
      output.offset,
      output.stride,
    ],
    [endHead - firstHead, tokenCount],
  )
}

function attendWgsl(shape: AttentionShape, paths: KernelPaths): string {
  const { headSize, capacity, causal, window } = shape
  const valuesPerThread = Math.ceil(headSize / WORKGROUP_SIZE)
  const rowOf = (position: string) => (window === null ? `(${position})` : `((${position}) % ${capacity})`)
  const end = causal ? 'uniforms.past + token + 1' : 'uniforms.tokens'
  const first = window === null ? '0' : `max(0, uniforms.past + token + 1 - ${window})`
  return `
    ${headValuesWgsl(shape, 'query', paths)}
    ${reducedWgsl('highest', paths)}
    const lowest = -3.0e38;
    var<workgroup> query : array<f32, ${headSize}>;
    var<workgroup> weights : array<f32, ${WORKGROUP_SIZE}>;
    var<workgroup> seen : vec2<i32>;
    fn main(index : i32) {
      let lane = i32(localId.x);
      let head = uniforms.firstHead + i32(workgroupId.x);
      let token = i32(workgroupId.y);
      let row = token * (uniforms.queryHeads + 2 * uniforms.kvHeads);
      let own = (row + head) * ${headSize};
      takeHead(lane, own);
      for (var i = lane; i < ${headSize}; i += ${WORKGROUP_SIZE}) { query[i] = headValue(own, i, token); }
      if (lane == 0) { seen = vec2<i32>(${first}, ${end}); }
      let range = workgroupUniformLoad(&seen);
      let end = range.y;
      let keys = ((uniforms.firstQuery + head) / uniforms.sharing - uniforms.firstKv) * ${capacity * headSize};
      let values = keys + uniforms.held * ${capacity * headSize};
      var mixed : array<f32, ${valuesPerThread}>;
      var maximum = lowest;
      var total = 0.0;
      for (var start = range.x; start < end; start += ${WORKGROUP_SIZE}) {
        let position = start + lane;
        let visible = position < end${causal ? '' : ' && mask[position] != 0.0'};
        var score = lowest;
        if (visible) {
          let key = keys + ${rowOf('position')} * ${headSize};
          score = 0.0;
          for (var i = 0; i < ${headSize}; i++) { score += query[i] * cache[key + i]; }
          score *= ${1 / Math.sqrt(headSize)};
        }
        let next = max(maximum, highest(lane, score));
        let rescale = exp(maximum - next);
        maximum = next;
        weights[lane] = select(0.0, exp(score - next), visible);
        workgroupBarrier();
        let count = min(${WORKGROUP_SIZE}, end - start);
        total *= rescale;
        for (var p = 0; p < count; p++) { total += weights[p]; }
        for (var n = 0; n < ${valuesPerThread}; n++) {
          let i = lane + n * ${WORKGROUP_SIZE};
          if (i < ${headSize}) {
            var sum = 0.0;
            for (var p = 0; p < count; p++) { sum += weights[p] * cache[values + ${rowOf('start + p')} * ${headSize} + i]; }
            mixed[n] = mixed[n] * rescale + sum;
          }
        }
        workgroupBarrier();
      }
      let out = token * uniforms.outputStride;
      let mine = uniforms.outputAt + head * ${headSize};
      for (var n = 0; n < ${valuesPerThread}; n++) {
        let i = lane + n * ${WORKGROUP_SIZE};
        if (i < ${headSize}) { result[out + mine + i] = mixed[n] / total; }
      }
      if (head == 0) {
        for (var i = lane; i < uniforms.outputAt; i += ${WORKGROUP_SIZE}) { result[out + i] = 0.0; }
      }
      if (head == uniforms.queryHeads - 1) {
        for (var i = mine + ${headSize} + lane; i < uniforms.outputStride; i += ${WORKGROUP_SIZE}) { result[out + i] = 0.0; }
      }
    }`
}
