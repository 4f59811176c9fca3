// Sums a buffer with SIMD loads; the kernel is assembly/read.ts.
import kernel from './build/read.wasm?url'

interface ReadExports {
  memory: WebAssembly.Memory
  sum(bytes: number): bigint
}

let exports: ReadExports
let byteLength = 0

addEventListener('message', ({ data }: MessageEvent<{ megabytes: number } | 'read'>) => {
  void answer(data).then(() => postMessage(null))
})

async function answer(data: { megabytes: number } | 'read'): Promise<void> {
  if (data === 'read') {
    exports.sum(byteLength)
    return
  }
  const { instance } = await WebAssembly.instantiateStreaming(fetch(kernel))
  exports = instance.exports as unknown as ReadExports
  byteLength = data.megabytes << 20
  exports.memory.grow(byteLength >> 16)
  // Untouched pages are all one page of zeros.
  new Uint32Array(exports.memory.buffer).fill(1)
}
