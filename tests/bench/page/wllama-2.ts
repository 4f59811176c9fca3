// wllama 2 (llama.cpp in WASM), by its low-level calls: tokens in, tokens out.
import { LoggerWithoutDebug, Wllama } from 'wllama-2/esm/index.js'
import multiThread from '../node_modules/wllama-2/esm/multi-thread/wllama.wasm?url'
import singleThread from '../node_modules/wllama-2/esm/single-thread/wllama.wasm?url'
import { type BenchEngine, promptLength, promptTokens } from './bench-engine.ts'
import { pickedModel } from './picked-model.ts'

export function openWllama2(): BenchEngine {
  const paths = { 'single-thread/wllama.wasm': singleThread, 'multi-thread/wllama.wasm': multiThread }
  const wllama = new Wllama(paths, { logger: LoggerWithoutDebug, suppressNativeLog: true })
  return {
    async open({ threads, contextLength }) {
      await wllama.loadModel(pickedModel(), { n_ctx: contextLength, n_batch: 512, n_threads: threads })
      return null
    },
    async run({ phase, tokens, freshToken }) {
      await wllama.kvClear()
      await wllama.samplingInit({ temp: 0 })
      const next = async () => {
        const { token } = await wllama.samplingSample()
        await wllama.samplingAccept([token])
        return token
      }
      let start = performance.now()
      await wllama.decode(promptTokens(phase, phase === 'decode' ? promptLength : tokens, freshToken), {})
      let token = await next()
      if (phase === 'decode') {
        start = performance.now()
        for (let i = 0; i < tokens; i++) {
          await wllama.decode([token], {})
          token = await next()
        }
      }
      return { tokens, ms: performance.now() - start }
    },
  }
}
