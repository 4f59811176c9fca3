// `npm run bench`: how fast this machine computes with Headroom and with others. What it takes and says: docs/COMMANDS.md.
import { Command, Option } from 'commander'
import { benchCompute } from './bench/compute.ts'
import { benchKernels, formatKernels } from './bench/kernels.ts'
import type { ComputeOptions } from './bench/options.ts'
import { benchPage, formatPage, type PageOptions } from './bench/page.ts'
import { BENCH_SHAPES } from './bench/shapes.ts'
import { formatCompute } from './bench/table.ts'
import { wholeNumber } from './option-values.ts'
import { printResult } from './print-result.ts'

const program = new Command('npm run bench --').description('Measures Headroom beside other engines on this machine.')

program
  .command('compute')
  .description('one tab’s arithmetic beside wllama, onnxruntime-web and native llama.cpp, on the same weights')
  .addOption(new Option('--model <name>', 'a model of the catalogue, or a .gguf file').conflicts('shape'))
  .addOption(new Option('--shape <name>', 'random weights of this shape').choices(Object.keys(BENCH_SHAPES)))
  .addOption(new Option('--weights <format>', 'of a shape; left out: int4').choices(['int4', 'int8']))
  .addOption(new Option('--threads <number>', 'of every engine').choices(['1', '2']).default('1'))
  .addOption(new Option('--phase <phase>', 'what is timed').choices(['decode', 'prefill']).default('decode'))
  .option('--behind <tokens>', 'decode after a prompt of so many', wholeNumber(1, 1_000_000))
  .option('--json', 'one JSON object on stdout', false)
  .action(async (parsed: Omit<ComputeOptions, 'threads'> & { threads: '1' | '2' }) => {
    const options = { ...parsed, threads: parsed.threads === '1' ? (1 as const) : (2 as const) }
    await printResult(options.json, () => benchCompute(options), formatCompute)
  })

program
  .command('kernels')
  .description('each WASM kernel by itself, against what this browser reads and multiplies')
  .option('--json', 'one JSON object on stdout', false)
  .action(({ json }: { json: boolean }) => printResult(json, benchKernels, formatKernels))

program
  .command('page')
  .description('what a token of a long answer costs the built page: frame times, styles and layouts')
  .option('--times <number>', 'how often the recorded answer (592 tokens) is said in one', wholeNumber(1, 50), 5)
  .option(
    '--slowdown <number>',
    'the browser’s CPU throttling; 4 is what Lighthouse takes for a mid-range phone',
    wholeNumber(1, 20),
    4,
  )
  .option('--json', 'one JSON object on stdout', false)
  .action(({ json, ...options }: PageOptions & { json: boolean }) =>
    printResult(json, () => benchPage(options), formatPage),
  )

await program.parseAsync()
