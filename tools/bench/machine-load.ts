import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** How many cores others keep at work, measured over half a second in which this process only waits. */
export async function busyCores(): Promise<number> {
  const before = cpuTimes()
  await sleep(500)
  const after = cpuTimes()
  return (cpus().length * (after.busy - before.busy)) / (after.all - before.all)
}

function cpuTimes(): { busy: number; all: number } {
  let busy = 0
  let idle = 0
  for (const { times } of cpus()) {
    idle += times.idle
    busy += times.user + times.nice + times.sys + times.irq
  }
  return { busy, all: busy + idle }
}
