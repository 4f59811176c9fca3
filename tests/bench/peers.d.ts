// What the benchmark calls of its peers, so that types can be checked where the peers are not installed.

declare module 'wllama-2/esm/index.js' {
  export const LoggerWithoutDebug: object
  export class Wllama {
    constructor(paths: Record<string, string>, config: { logger: object; suppressNativeLog: boolean })
    loadModel(parts: Blob[], options: { n_ctx: number; n_batch: number; n_threads: number }): Promise<void>
    kvClear(): Promise<void>
    samplingInit(options: { temp: number }): Promise<void>
    samplingSample(): Promise<{ token: number }>
    samplingAccept(tokens: number[]): Promise<void>
    decode(tokens: number[], options: object): Promise<unknown>
  }
}

declare module 'wllama-3/esm/index.js' {
  export const LoggerWithoutDebug: object
  export class Wllama {
    constructor(paths: { default: string }, config: { logger: object; suppressNativeLog: boolean })
    setCompat(compat: null): void
    loadModel(parts: Blob[], options: Record<string, number | boolean>): Promise<void>
    createCompletion(request: {
      prompt: string
      max_tokens: number
      temperature: number
      ignore_eos: boolean
      cache_prompt: boolean
      timings_per_token: boolean
      stream: true
      onData(chunk: { timings?: { predicted_n: number; prompt_n: number } }): void
    }): Promise<void>
  }
}

declare module 'onnxruntime-web' {
  export const env: { wasm: { numThreads: number; wasmPaths: string } }
  export class Tensor {
    constructor(type: string, data: ArrayBufferView, dimensions: readonly number[])
    readonly data: unknown
  }
  export class InferenceSession {
    static create(graph: Uint8Array, options: object): Promise<InferenceSession>
    run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>
  }
}

declare module 'node-llama-cpp' {
  interface Sequence {
    readonly nextTokenIndex: number
    /** Drops what the state holds behind the tokens that it has in common with these. */
    adaptStateToTokens(tokens: readonly number[], allowShift: boolean): Promise<void>
    evaluate(
      tokens: readonly number[],
      options: { temperature: number; yieldEogToken: boolean },
    ): AsyncGenerator<number, void>
  }
  interface Context {
    getSequence(): Sequence
    dispose(): Promise<void>
  }
  interface Model {
    createContext(options: {
      contextSize: number
      batchSize: number
      threads: number
      sequences: number
    }): Promise<Context>
    dispose(): Promise<void>
  }
  export function getLlama(options: {
    gpu: false
    build: 'never'
    maxThreads: number
    logLevel: 'error'
  }): Promise<{ loadModel(options: { modelPath: string }): Promise<Model>; dispose(): Promise<void> }>
}
