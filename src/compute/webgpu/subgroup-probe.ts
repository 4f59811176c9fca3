// WGSL does not say which lanes of a workgroup make up a subgroup. Our kernels take them to lie side by side, which every GPU is known
// to do; before it is relied on, the GPU at hand shows it.
import { WORKGROUP_SIZE } from './kernel.ts'

const wgsl = `
  enable subgroups;
  @group(0) @binding(0) var<storage, read_write> result : array<vec4<u32>>;
  @compute @workgroup_size(${WORKGROUP_SIZE})
  fn main(@builtin(local_invocation_index) lane : u32) {
    result[lane * 2] = vec4<u32>(subgroupAdd(1u), subgroupMin(lane), subgroupMax(lane), 0u);
    result[lane * 2 + 1] = vec4<u32>(subgroupShuffleXor(lane, 2u), subgroupShuffleXor(lane, 1u), 0u, 0u);
  }`

/** Whether subgroups are runs of at least four neighbouring lanes; false too where the GPU refuses to say. */
export async function subgroupsLieSideBySide(gpu: GPUDevice): Promise<boolean> {
  const size = WORKGROUP_SIZE * 32
  gpu.pushErrorScope('validation')
  const result = gpu.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC })
  const staging = gpu.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ })
  const pipeline = gpu.createComputePipeline({
    layout: 'auto',
    compute: { module: gpu.createShaderModule({ code: wgsl }) },
  })
  const entries = [{ binding: 0, resource: { buffer: result } }]
  const encoder = gpu.createCommandEncoder()
  const pass = encoder.beginComputePass()
  pass.setPipeline(pipeline)
  pass.setBindGroup(0, gpu.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }))
  pass.dispatchWorkgroups(1)
  pass.end()
  encoder.copyBufferToBuffer(result, 0, staging, 0, size)
  gpu.queue.submit([encoder.finish()])
  const refused = await gpu.popErrorScope()
  await staging.mapAsync(GPUMapMode.READ)
  const words = new Uint32Array(staging.getMappedRange().slice(0))
  for (const buffer of [result, staging]) buffer.destroy()
  return (
    refused === null && Array.from({ length: WORKGROUP_SIZE }, (_, lane) => lane).every((lane) => isRun(words, lane))
  )
}

function isRun(words: Uint32Array, lane: number): boolean {
  const [size, lowest, highest, , by2, by1] = words.subarray(lane * 8) as unknown as number[]
  const first = Math.floor(lane / size!) * size!
  const isWhole = size! >= 4 && lowest === first && highest === first + size! - 1
  return isWhole && by2 === (lane ^ 2) && by1 === (lane ^ 1)
}
