// TensorFlow.js' WebAssembly backend, from files of our own build. On one thread: its threads are made from a script of text, and what is
// fast on many is our own executor.

import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'
import { env } from '@tensorflow/tfjs-core'

env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)

setWasmPaths({
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  // Asked for a name of each build; without threads it is not read.
  'tfjs-backend-wasm-threaded-simd.wasm': simd,
})
