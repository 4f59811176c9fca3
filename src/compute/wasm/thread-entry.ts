// A compute thread: says it is there, then stays inside the kernels' wait loop until the team is dismissed.
import { instantiate } from './kernels.ts'
import { FAILED_ADDRESS } from './structures.ts'
import type { HelperStart } from './thread-team.ts'

addEventListener('message', ({ data }: MessageEvent<HelperStart>) => {
  const { module, memory, workspaceAddress, threads, thread, spins } = data
  const kernels = instantiate(module, memory)
  kernels.attach(workspaceAddress, threads, 1, spins)
  postMessage('ready')
  try {
    kernels.help(thread)
  } catch (error) {
    Atomics.store(new Int32Array(memory.buffer), FAILED_ADDRESS / 4, 1)
    throw error
  }
})
