// `npm run large`: GPT-3.5-Turbo's shape (96 layers, 96 heads, 12,288 values), whose weights are not public. `plan` says what a room would
// need to hold it; `run` runs two of its layers at full width over real tabs and compares them with a streamed reference.
import { Command } from 'commander'
import { formatPlan, planLarge } from './large-plan.ts'
import { formatRun, runLarge } from './large-run.ts'
import { number, wholeNumber } from './option-values.ts'
import { printResult } from './print-result.ts'

const asJson = process.argv.includes('--json')
const program = new Command('npm run large --').description(
  'Plans a model of GPT-3.5-Turbo’s shape over a room, and runs two of its layers over real tabs.',
)

program
  .command('plan')
  .description('who would hold what of all 96 layers, with memory and predicted time')
  .requiredOption('--devices <number>', 'devices in the room', wholeNumber(1, 1024))
  .requiredOption('--memory-gib <number>', 'what each may use', number(0.1, 1024))
  .option('--weights <format>', 'f32, f16, int8 or int4', 'int4')
  .option('--context <positions>', 'positions of the KV cache', wholeNumber(1, 4096), 2048)
  .option(
    '--weight-gb-per-second <number>',
    'speed of each device; left out: measured in a tab on this machine',
    number(0.01, 10_000),
  )
  .option(
    '--round-ms <number>',
    'milliseconds of one all-reduce in your network; left out: the network is not in the prediction',
    number(0, 10_000),
  )
  .option('--json', 'one JSON object on stdout', false)
  .action((options) => printResult(asJson, () => planLarge(options), formatPlan))

program
  .command('run')
  .description(
    'two layers at full width in int4 (3.6 G parameters), weights made by each tab, against a streamed reference',
  )
  .option('--tabs <number>', 'tabs in the room', wholeNumber(1, 16), 4)
  .option('--tokens <ids>', 'token ids below 32', (text) => text.split(',').map(wholeNumber(0, 31)), [3, 1, 4, 15])
  .option('--json', 'one JSON object on stdout', false)
  .action((options) => printResult(asJson, () => runLarge(options), formatRun))

await program.parseAsync()
