// One engine a page: `?engine=NAME` chooses it, the benchmark drives it through `globalThis.benchEngine`; `?engine=kernels` is single
// kernels, `globalThis.benchKernels`.
import type { BenchEngine } from './bench-engine.ts'
import type { KernelBench } from './kernels.ts'

declare global {
  var benchEngine: BenchEngine | undefined
  var benchKernels: KernelBench | undefined
}

const engines: Readonly<Record<string, () => Promise<BenchEngine>>> = {
  ours: async () => (await import('./ours.ts')).openOurs(),
  'wllama-2': async () => (await import('./wllama-2.ts')).openWllama2(),
  'wllama-3': async () => (await import('./wllama-3.ts')).openWllama3(),
  'onnxruntime-web': async () => (await import('./onnx.ts')).openOnnx(),
  'read-speed': async () => (await import('./read-speed.ts')).openReadSpeed(),
}

const name = new URLSearchParams(location.search).get('engine') ?? ''
const open = engines[name]
if (name === 'kernels') globalThis.benchKernels = (await import('./kernels.ts')).benchKernels
else if (open) globalThis.benchEngine = await open()
else throw new Error(`There is no engine ${name}; there are ${Object.keys(engines).join(', ')} and kernels.`)
