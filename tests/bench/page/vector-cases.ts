// The kernels that multiply no matrix, for `npm run bench -- kernels`, at the sizes of a model like TinyLlama-1.1B. What a kernel multiplies
// is counted; where it only adds or moves, that is nothing.
import { FIELDS, LOGIT_BLOCK, type RecordValues, writeRecord } from '../../../src/compute/wasm/structures.ts'
import { INPUT, type KernelCase, OUTPUT, type SingleKernels } from './kernel-cases.ts'

const width = 5632
const logits = 32_000
const headSize = 64
/** Of one chunk of the cache. */
const positions = 128

const [SECOND, THIRD] = [INPUT + (1 << 20), INPUT + (2 << 20)]
const WORKSPACE = INPUT + (3 << 20)
const DIVISOR = WORKSPACE + (1 << 16)
const LOGITS = INPUT + (4 << 20)
/** From -4 to 4: of the pattern, the squares of GELU's squares would be too small for a float, which processors take long over. */
const VALUES = INPUT + (5 << 20)
/** Products of the kernels' exponential. */
const EXPONENTIAL = 11

export function vectorCases(kernels: SingleKernels, memory: WebAssembly.Memory): KernelCase[] {
  const over = (kernel: string, valueBytes: number, products: number, run: () => void): KernelCase => ({
    kernel,
    shape: `${width} values`,
    bytes: valueBytes * width,
    multiplyAdds: products * width,
    arithmetic: 'floats',
    run,
  })

  new Float32Array(memory.buffer, VALUES, width).set(
    Array.from({ length: width }, (_, i) => ((i * 37) % 101) / 12.5 - 4),
  )
  const activation = (kernel: string, code: number, products: number) =>
    over(kernel, 8, products, () => kernels.activate(code, VALUES, 0, OUTPUT, 0, width))

  const summary = (kernel: string, divisor: number): KernelCase => {
    const run = () => {
      new DataView(memory.buffer).setFloat64(DIVISOR, divisor, true)
      kernels.summarize(LOGITS, logits, DIVISOR, SECOND, 0, logits / LOGIT_BLOCK)
    }
    const multiplyAdds = (divisor === 1 ? EXPONENTIAL : EXPONENTIAL + 1) * logits
    return { kernel, shape: `${logits} logits`, bytes: 4 * logits, multiplyAdds, arithmetic: 'floats', run }
  }

  const cached = (kernel: 'putKey' | 'putValue', halfCache: 0 | 1): KernelCase => ({
    kernel: `${kernel === 'putKey' ? 'keys' : 'values'} into the cache`,
    shape: `${positions} positions, ${headSize} values each, ${halfCache ? 'halves' : 'f32'}`,
    bytes: positions * headSize * (halfCache ? 4 + 2 : 4 + 4),
    multiplyAdds: 0,
    arithmetic: 'floats',
    run: () => {
      attachWorkspace(kernels, memory, halfCache)
      for (let row = 0; row < positions; row++) kernels[kernel](OUTPUT, row, INPUT + row * headSize * 4)
    },
  })

  return [
    over('RMS norm', 12, 3, () => kernels.rmsNorm(INPUT, SECOND, OUTPUT, width, 1e-5)),
    over('layer norm', 16, 3, () => kernels.layerNorm(INPUT, SECOND, THIRD, OUTPUT, width, 1e-5)),
    over('norm without statistics', 16, 1, () => kernels.affineNorm(INPUT, SECOND, THIRD, OUTPUT, width)),
    over('gated SiLU', 12, EXPONENTIAL + 1, () => kernels.activate(0, VALUES, SECOND, OUTPUT, 0, width)),
    activation('GELU', 1, EXPONENTIAL + 11),
    activation('GELU by tanh', 2, EXPONENTIAL + 4),
    activation('ReLU', 3, 0),
    {
      kernel: 'rotation by position',
      shape: `1 head, ${headSize} values`,
      bytes: 12 * headSize,
      multiplyAdds: 2 * headSize,
      arithmetic: 'floats',
      run: () => kernels.rotateHead(INPUT, OUTPUT, SECOND, headSize, headSize, 1),
    },
    over('quantize activations', 4 + 1 + 2 + 0.5, 2, () =>
      kernels.quantize(INPUT, 0, width / 32, OUTPUT, OUTPUT + (1 << 20), OUTPUT + (2 << 20)),
    ),
    over('sum joins the stream', 12, 0, () => kernels.addTo(OUTPUT, INPUT, width)),
    summary('summary of logits', 1),
    // By -1, so that they stay as large as they are however often it runs.
    summary('summary of logits, divided', -1),
    ...(['putKey', 'putValue'] as const).flatMap((kernel) => [cached(kernel, 1), cached(kernel, 0)]),
  ]
}

function attachWorkspace(kernels: SingleKernels, memory: WebAssembly.Memory, halfCache: 0 | 1): void {
  const zeros = Object.fromEntries(FIELDS.Workspace.map((field) => [field, 0])) as RecordValues<'Workspace'>
  const sizes = { headSize, headStride: headSize, chunkPositions: positions, halfCache }
  writeRecord(memory.buffer, WORKSPACE, 'Workspace', { ...zeros, ...sizes })
  kernels.attach(WORKSPACE, 1, 0, 0)
}
