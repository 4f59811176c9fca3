// `npm run precision`: the default model in every weight format, what each holds in memory and what it costs against transformers in
// float32 (see quality.ts), as the README's table.
import { Command } from 'commander'
import { openBrowserRoom } from './browser-room.ts'
import { readForcedPrompts } from './forced-prompts.ts'
import { wholeNumber } from './option-values.ts'
import { printResult } from './print-result.ts'
import { compareForced, type QualityFigures, summarize } from './quality-figures.ts'

const formats = ['f32', 'f16', 'int8', 'int4', 'auto'] as const

interface Row extends QualityFigures {
  weights: (typeof formats)[number]
  /** What the tabs say they hold. */
  held: readonly string[]
  weightBytes: readonly number[]
}

const options = new Command('npm run precision --')
  .description('Measures what each weight format holds and costs on the default model, as a Markdown table.')
  .option('--tabs <number>', 'tabs in the room', wholeNumber(1, 16), 2)
  .option('--prompts <number>', 'how many of the 24 prompts', wholeNumber(1, 24), 24)
  .option('--json', 'one JSON object on stdout', false)
  .parse()
  .opts<{ tabs: number; prompts: number; json: boolean }>()

await printResult(options.json, measureAll, ({ rows }) => table(rows))

async function measureAll(): Promise<{ tabs: number; rows: Row[] }> {
  const rows: Row[] = []
  for (const weights of formats) {
    rows.push(await measure(weights))
    console.error(`${weights} done`)
  }
  return { tabs: options.tabs, rows }
}

async function measure(weights: Row['weights']): Promise<Row> {
  const prompts = (await readForcedPrompts()).slice(0, options.prompts)
  const room = await openBrowserRoom({ tabs: options.tabs, query: { weights }, headed: false })
  try {
    const results = []
    for (const prompt of prompts) results.push(await compareForced(room, prompt))
    const devices = await room.pages[0]!.evaluate(() => globalThis.headroom!.view.devices)
    const reports = devices.flatMap(({ report }) => (report ? [report] : []))
    return {
      weights,
      ...summarize(results),
      held: reports.map((report) => report.weights),
      weightBytes: reports.map(({ weightBytes }) => weightBytes),
    }
  } finally {
    await room.close()
  }
}

function table(rows: readonly Row[]): string {
  const total = ({ weightBytes }: Row) => weightBytes.reduce((sum, bytes) => sum + bytes, 0)
  const [floats] = rows
  const line = (row: Row) => {
    const each = row.weightBytes.map((bytes) => (bytes / 1e6).toFixed(1)).join(' + ')
    const saved = (100 * (1 - total(row) / total(floats!))).toFixed(1)
    const figures = [
      `${(100 * row.agreement).toFixed(1)}%`,
      row.meanTopError.toFixed(3),
      row.largestFlippedLead.toFixed(2),
    ]
    return `| \`${row.weights}\` (${[...new Set(row.held)].join(', ')}) | ${each} | ${saved}% | ${figures.join(' | ')} |`
  }
  return [
    '| weights | MB held by each tab | saved | next token agrees | mean error of five best logits | largest lead flipped |',
    '|---|---|---|---|---|---|',
    ...rows.map(line),
  ].join('\n')
}
