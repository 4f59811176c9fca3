// `npm run quality`: what quantized activations and the wire cost on the real model. 24 chat prompts, every answer token forced as
// transformers chose it in float32, and three figures: how often the next token agrees, how far the five best logits are off, and by
// how much the largest overturned token had led. The reference: tests/fixtures/smollm2-greedy.json.
import { Command, Option } from 'commander'
import { EXECUTOR_WISHES } from '../src/plan/device-profile.ts'
import { openBrowserRoom } from './browser-room.ts'
import { readForcedPrompts } from './forced-prompts.ts'
import { shares, wholeNumber } from './option-values.ts'
import { printResult } from './print-result.ts'
import { measureQuality, meetsBar, type QualityFigures, qualityBar } from './quality-figures.ts'

interface Options {
  tabs: number
  executor: string
  weights: string
  wire: string
  threads?: number
  shares?: number[]
  prompts: number
  json: boolean
}

interface Quality extends QualityFigures {
  bar: typeof qualityBar
  passed: boolean
}

const options = new Command('npm run quality --')
  .description(
    'Measures what quantizing costs on the default model: agreement, logit error and flips over 24 forced answers.',
  )
  .option('--tabs <number>', 'tabs in the room', wholeNumber(1, 16), 2)
  .addOption(new Option('--executor <kind>').choices(EXECUTOR_WISHES).default('auto'))
  .addOption(new Option('--weights <format>').choices(['auto', 'f32', 'f16', 'int8', 'int4']).default('auto'))
  .addOption(new Option('--wire <format>').choices(['auto', 'f32', 'f16', 'int8']).default('auto'))
  .option('--threads <number>', 'compute threads of each tab', wholeNumber(1, 64))
  .option('--shares <list>', 'one positive integer per tab', shares)
  .option('--prompts <number>', 'how many of the 24 prompts', wholeNumber(1, 24), 24)
  .option('--json', 'one JSON object on stdout', false)
  .parse()
  .opts<Options>()

const { tabs, prompts: count, json, ...query } = options
await printResult(json, measure, format)

async function measure(): Promise<Quality> {
  const chosen = (await readForcedPrompts()).slice(0, count)
  const room = await openBrowserRoom({ tabs, query: stringsOf(query), headed: false })
  try {
    const figures = await measureQuality(room, chosen, (done, { prompt }, { agreement, meanTopError }) =>
      console.error(
        `${done} of ${chosen.length} (${(100 * agreement).toFixed(1)}%, ${meanTopError.toFixed(3)} so far): ${prompt}`,
      ),
    )
    return { ...figures, bar: qualityBar, passed: meetsBar(figures) }
  } finally {
    await room.close()
  }
}

function format({ tokens, agreement, meanTopError, largestFlippedLead, bar }: Quality): string {
  return [
    `${tokens} tokens over ${tabs} tab(s), weights ${query.weights}, wire ${query.wire}, executor ${query.executor}`,
    `next token agrees        ${(100 * agreement).toFixed(1)}%   (at least ${100 * bar.agreement}%)`,
    `mean error of five best  ${meanTopError.toFixed(3)}   (at most ${bar.meanTopError})`,
    `largest lead flipped     ${largestFlippedLead.toFixed(2)}    (at most ${bar.largestFlippedLead})`,
  ].join('\n')
}

function stringsOf(query: object): Record<string, string> {
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]))
}
