// wllama 3 (llama.cpp's server in WASM), on the CPU: its low-level calls are gone, so prompts are text, and its own counts of tokens are
// taken, as they stream out.
import { LoggerWithoutDebug, Wllama } from 'wllama-3/esm/index.js'
import wasm from '../node_modules/wllama-3/esm/wasm/wllama.wasm?url'
import type { BenchEngine } from './bench-engine.ts'
import { pickedModel } from './picked-model.ts'

/** Repeated into a prompt; how many tokens it is, the model's vocabulary decides. */
const word = ' the'
const fewWords = 4

export function openWllama3(): BenchEngine {
  const wllama = new Wllama({ default: wasm }, { logger: LoggerWithoutDebug, suppressNativeLog: true })

  async function complete(words: number, maxTokens: number) {
    const start = performance.now()
    let firstAt = 0
    let lastAt = 0
    let counts = { prompt_n: 0, predicted_n: 0 }
    await wllama.createCompletion({
      prompt: word.repeat(words),
      max_tokens: maxTokens,
      temperature: 0,
      ignore_eos: true,
      cache_prompt: false,
      timings_per_token: true,
      stream: true,
      onData: ({ timings = counts }) => {
        lastAt = performance.now()
        firstAt ||= lastAt
        counts = timings
      },
    })
    if (counts.predicted_n !== maxTokens) throw new Error(`wllama 3 made ${counts.predicted_n} of ${maxTokens} tokens.`)
    return { promptTokens: counts.prompt_n, firstMs: firstAt - start, laterMs: lastAt - firstAt }
  }

  return {
    async open({ threads, contextLength }) {
      const options = { n_ctx: contextLength, n_threads: threads, n_gpu_layers: 0, n_parallel: 1, warmup: false }
      await wllama.loadModel(pickedModel(), options)
      return null
    },
    async run({ phase, tokens }) {
      if (phase === 'decode') return { tokens, ms: (await complete(fewWords, tokens + 1)).laterMs }
      const few = await complete(fewWords, 1)
      const more = await complete(2 * fewWords, 1)
      const tokensPerWord = (more.promptTokens - few.promptTokens) / fewWords
      const { promptTokens, firstMs } = await complete(Math.round(tokens / tokensPerWord), 1)
      return { tokens: promptTokens, ms: firstMs }
    },
  }
}
