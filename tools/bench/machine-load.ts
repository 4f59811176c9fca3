import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** Cores that others may keep at work before a report says so. */
const quietCores = 0.2

/** What a report says of a machine that has other work; nothing of one that has none. */
export async function noteOfBusyMachine(): Promise<Record<string, string>> {
  const busy = await busyCores()
  if (busy <= quietCores) return {}
  return {
    machine: `It had other work: ${busy.toFixed(1)} cores were busy before the first run. Threads that spin suffer most.`,
  }
}

/** How many cores others keep at work, measured over half a second in which this process only waits. */
async function busyCores(): Promise<number> {
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
