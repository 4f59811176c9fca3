// onnxruntime-web on its WASM backend, driven as transformers.js does it: keys and values go in and come out with every step.
import { type BenchEngine, type EngineRequest, promptLength, promptTokens } from './bench-engine.ts'

/** The package as it is, since its threads start from its own address. */
const packageUrl = '/onnxruntime-web/'

type Runtime = typeof import('onnxruntime-web')
type Feeds = Record<string, import('onnxruntime-web').Tensor>
type Shape = NonNullable<EngineRequest['onnx']>

export async function openOnnx(): Promise<BenchEngine> {
  const ort: Runtime = await import(/* @vite-ignore */ `${packageUrl}ort.wasm.min.mjs`)
  let session: import('onnxruntime-web').InferenceSession
  let shape: Shape
  return {
    async open({ onnx, threads }) {
      if (!onnx) throw new Error('There is no ONNX graph of this model.')
      shape = onnx
      ort.env.wasm.numThreads = threads
      ort.env.wasm.wasmPaths = packageUrl
      const graph = new Uint8Array(await (await fetch(onnx.graph)).arrayBuffer())
      session = await ort.InferenceSession.create(graph, {
        executionProviders: ['wasm'],
        graphOptimizationLevel: 'all',
        externalData: [{ path: 'weights.bin', data: onnx.weights }],
      })
      return null
    },
    async run({ phase, tokens, freshToken }) {
      let past = emptyPast(ort, shape)
      let pastLength = 0
      const step = async (ids: readonly number[]) => {
        const length = pastLength + ids.length
        const outputs = await session.run({
          input_ids: new ort.Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]),
          seqlens_k: new ort.Tensor('int32', Int32Array.of(length - 1), [1]),
          total_sequence_length: new ort.Tensor('int32', Int32Array.of(length), []),
          ...past,
        })
        pastLength = length
        past = Object.fromEntries(Object.keys(past).map((name) => [name, outputs[name.replace('past', 'present')]!]))
        return likeliest(outputs.logits!.data as Float32Array)
      }
      let start = performance.now()
      let token = await step(promptTokens(phase, phase === 'decode' ? promptLength : tokens, freshToken))
      if (phase === 'decode') {
        start = performance.now()
        for (let i = 0; i < tokens; i++) token = await step([token])
      }
      return { tokens, ms: performance.now() - start }
    },
  }
}

function emptyPast(ort: Runtime, { layers, kvHeads, headSize }: Shape): Feeds {
  const names = Array.from({ length: layers }, (_, layer) => [`past_key.${layer}`, `past_value.${layer}`]).flat()
  const empty = () => new ort.Tensor('float32', new Float32Array(0), [1, kvHeads, 0, headSize])
  return Object.fromEntries(names.map((name) => [name, empty()]))
}

function likeliest(logits: Float32Array): number {
  let best = 0
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[best]!) best = i
  return best
}
