// `npm run demo`: a room of real tabs answers one prompt, without hands. What it takes and says: docs/COMMANDS.md.
import { HeadroomError } from '../src/base/errors.ts'
import { openBrowserRoom } from './browser-room.ts'
import { type DemoOptions, parseDemoOptions } from './demo-options.ts'
import { type DemoReport, demoReport } from './demo-report.ts'
import { runInRoom } from './demo-run.ts'
import { formatReport } from './demo-table.ts'
import { printResult } from './print-result.ts'
import { writeSafetensors } from './write-safetensors.ts'

const argv = process.argv.slice(2)
const asJson = argv.includes('--json')

await printResult(
  asJson,
  async () =>
    demo(
      parseDemoOptions(argv, (message) => {
        throw new HeadroomError('bad-input', `${message} See npm run demo -- --help.`)
      }),
    ),
  formatReport,
)

async function demo(options: DemoOptions): Promise<DemoReport> {
  const room = await openBrowserRoom({
    tabs: options.tabs,
    model: options.model,
    query: pageQuery(options),
    headed: options.headed,
  })
  const stop = () => void room.close().then(() => process.exit(130))
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  try {
    const onText = (text: string) => {
      if (!asJson) process.stdout.write(text)
    }
    const { dump, ...run } = await runInRoom(room, options, onText)
    if (options.dump && dump) await writeSafetensors(options.dump, dump)
    return demoReport(options.tabs, run)
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
    await room.close()
  }
}

function pageQuery({ executor, threads, weights, wire, shares, topology }: DemoOptions): Record<string, string> {
  return {
    executor,
    weights,
    wire,
    topology,
    ...(threads === undefined ? {} : { threads: String(threads) }),
    ...(shares === undefined ? {} : { shares: shares.join() }),
  }
}
