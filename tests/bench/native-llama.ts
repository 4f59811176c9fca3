// llama.cpp as native code (node-llama-cpp with its CPU package), beside the browser's engines. Its work runs on threads of its own.
import { getLlama } from 'node-llama-cpp'
import { type BenchEngine, promptTokens } from './page/bench-engine.ts'

export function openNativeLlama(): BenchEngine & { close(): Promise<void> } {
  const opened: { dispose(): Promise<void> }[] = []
  let run: BenchEngine['run']
  return {
    async open({ model, threads, contextLength, behind }) {
      const llama = await getLlama({ gpu: false, build: 'never', maxThreads: threads, logLevel: 'error' })
      opened.push(llama)
      const loaded = await llama.loadModel({ modelPath: model.path })
      const context = await loaded.createContext({ contextSize: contextLength, batchSize: 512, threads, sequences: 1 })
      const sequence = context.getSequence()
      run = async ({ phase, tokens, freshToken }) => {
        const decoding = phase === 'decode'
        let start = performance.now()
        let left = decoding ? tokens : 0
        const prompt = promptTokens(phase, decoding ? behind : tokens, freshToken)
        await sequence.adaptStateToTokens(prompt.slice(0, -1), false)
        const unread = prompt.slice(sequence.nextTokenIndex)
        for await (const _ of sequence.evaluate(unread, { temperature: 0, yieldEogToken: true })) {
          if (decoding && left === tokens) start = performance.now()
          if (left-- === 0) break
        }
        return { tokens, ms: performance.now() - start }
      }
      return null
    },
    run: (work) => run(work),
    async close() {
      for (const resource of opened) await resource.dispose()
    },
  }
}
