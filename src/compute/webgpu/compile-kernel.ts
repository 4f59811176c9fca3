// From a kernel to a pipeline, by TensorFlow.js' shader compiler (4.22): it writes bindings, uniforms and entry point around a kernel's
// text. Every buffer is one of shape [1] to it, since kernels index by themselves; so each uniform of ours stands behind two floats and
// two words of shape a buffer. Directives must be a shader's first words, where the library puts its own: they are added on the way.
import '@tensorflow/tfjs-backend-webgpu/dist/flags_webgpu'
import {
  compileProgram as compileWithLibrary,
  type WebGPUProgram,
} from '@tensorflow/tfjs-backend-webgpu/dist/webgpu_program'
import { type Kernel, WORKGROUP_SIZE } from './kernel.ts'

/** How a buffer's words are read where a kernel declares no other width. */
export type WordType = 'float32' | 'int32'

/** What a kernel is compiled for besides its text. */
export interface KernelTypes {
  inputs: readonly WordType[]
  output: WordType
}

/** In the background with `parallel`, which rejects where the GPU refuses; else at once, and a refusal shows in the device's error scope only. */
export function compileKernel(
  gpu: GPUDevice,
  kernel: Kernel,
  types: KernelTypes,
  parallel: true,
): Promise<GPUComputePipeline>
export function compileKernel(gpu: GPUDevice, kernel: Kernel, types: KernelTypes, parallel: false): GPUComputePipeline
export function compileKernel(gpu: GPUDevice, kernel: Kernel, { inputs, output }: KernelTypes, parallel: boolean) {
  const directives = kernel.wgsl.includes('subgroup') ? 'enable subgroups;\n' : ''
  const compiler = {
    createShaderModule: ({ code }: GPUShaderModuleDescriptor) =>
      gpu.createShaderModule({ code: directives + code, label: kernel.name }),
    createComputePipeline: (descriptor: GPUComputePipelineDescriptor) =>
      gpu.createComputePipeline({ ...descriptor, label: kernel.name }),
    createComputePipelineAsync: (descriptor: GPUComputePipelineDescriptor) =>
      gpu.createComputePipelineAsync({ ...descriptor, label: kernel.name }),
  } as unknown as GPUDevice
  const shape = [1]
  return compileWithLibrary(
    compiler,
    toProgram(kernel),
    kernel.inputs.map(({ name }, i) => ({ name, shape, dtype: inputs[i]! })),
    { dtype: output, shape, dataId: {} },
    parallel,
  )
}

/** The uniform buffer's content: the library's, then the kernel's own. */
export function uniformWords({ inputs }: Kernel, own: readonly number[]): Int32Array<ArrayBuffer> {
  const shapes = 2 * (inputs.length + 1)
  const words = new Int32Array(2 + shapes + own.length)
  new Float32Array(words.buffer).set([Number.NaN, Number.POSITIVE_INFINITY])
  words.fill(1, 2, 2 + shapes)
  words.set(own, 2 + shapes)
  return words
}

function toProgram({ name, inputs, uniforms, wgsl }: Kernel): WebGPUProgram {
  return {
    shaderKey: name,
    variableNames: inputs.map((input) => input.name),
    variableComponents: inputs.map((input) => input.width),
    uniforms: uniforms.map((uniform) => `${uniform} : i32,`).join(' '),
    outputShape: [1],
    workgroupSize: [WORKGROUP_SIZE, 1, 1],
    dispatchLayout: { x: [0] },
    dispatch: [1, 1, 1],
    getUserCode: () => wgsl,
  }
}
