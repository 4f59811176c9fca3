// What `npm run demo` takes: docs/COMMANDS.md. Options that contradict each other are an error, not a guess.
import { Command, Option } from 'commander'
import type { ExecutorKind, InferenceInput } from '../src/index.ts'
import { number, shares, tokenIds, wholeNumber } from './option-values.ts'

export interface DemoOptions {
  tabs: number
  model: string | undefined
  input: InferenceInput
  maxTokens: number
  ignoreEos: boolean
  temperature: number
  seed: number
  executor: ExecutorKind | 'auto'
  threads: number | undefined
  weights: 'auto' | 'f32' | 'f16' | 'int8' | 'int4'
  wire: 'auto' | 'f32' | 'f16' | 'int8'
  shares: readonly number[] | undefined
  topology: 'auto' | 'solo' | 'star'
  dump: string | undefined
  headed: boolean
  json: boolean
}

interface Parsed extends Omit<DemoOptions, 'input'> {
  prompt?: string
  raw?: string
  tokens?: number[]
}

const defaultPrompt = 'Explain in two sentences why the sky is blue.'

/** Throws what `fail` throws for options that contradict each other; prints and exits for `--help`. */
export function parseDemoOptions(argv: readonly string[], fail: (message: string) => never): DemoOptions {
  const command = new Command('npm run demo --')
    .description('Forms a room of real browser tabs on this machine, loads a model over them, and answers one prompt.')
    .option('--tabs <number>', 'tabs in the room; 1 is the leader alone', wholeNumber(1, 16), 2)
    .option(
      '--model <name>',
      'a model of the catalogue or the models’ folder, a .gguf file, a folder of safetensors, or owner/name of a hub',
    )
    .addOption(new Option('--prompt <text>', 'a chat message, in the model’s template').conflicts(['raw', 'tokens']))
    .addOption(new Option('--raw <text>', 'text as it stands').conflicts(['prompt', 'tokens']))
    .addOption(
      new Option('--tokens <ids>', 'token ids as given, by comma').argParser(tokenIds).conflicts(['prompt', 'raw']),
    )
    .option('--max-tokens <number>', 'tokens to generate at most; 0: prefill only', wholeNumber(0, 1e6), 48)
    .option('--ignore-eos', 'go on after a stop token', false)
    .option('--temperature <number>', '0 is greedy', number(0, 100), 0)
    .option('--seed <number>', 'of the noise when the temperature is above 0', wholeNumber(0, 2 ** 32 - 1), 1)
    .addOption(choice('--executor <kind>', 'what computes', ['auto', 'reference', 'wasm', 'webgpu']))
    .option('--threads <number>', 'compute threads of each tab', wholeNumber(1, 64))
    .addOption(
      choice('--weights <format>', 'how weights are held; auto: as in the file', [
        'auto',
        'f32',
        'f16',
        'int8',
        'int4',
      ]),
    )
    .addOption(choice('--wire <format>', 'how partial sums travel', ['auto', 'f32', 'f16', 'int8']))
    .option('--shares <list>', 'one positive integer per tab in rank order, e.g. 3,2,1', shares)
    .addOption(choice('--topology <kind>', 'who talks to whom', ['auto', 'solo', 'star']))
    .option('--dump <file>', 'write hidden states and logits of the prompt as safetensors')
    .option('--headed', 'show the browser', false)
    .option('--json', 'one JSON object as the last line of stdout', false)
    .allowExcessArguments(false)
    .exitOverride((error) => {
      if (error.exitCode === 0) process.exit(0)
      return fail(error.message.replace(/^error: /, ''))
    })
    .configureOutput({ outputError: () => undefined })
  command.parse([...argv], { from: 'user' })
  const { prompt, raw, tokens, ...options } = command.opts<Parsed>()
  const contradiction = findContradiction(options)
  if (contradiction) fail(contradiction)
  const input = tokens
    ? { tokens }
    : raw === undefined
      ? { messages: [{ role: 'user' as const, content: prompt ?? defaultPrompt }] }
      : { text: raw }
  return { ...options, input }
}

function findContradiction({
  tabs,
  topology,
  shares: given,
  weights,
  wire,
}: Omit<DemoOptions, 'input'>): string | null {
  if (topology === 'solo' && tabs > 1) return `--topology solo is one device, but --tabs is ${tabs}.`
  if (topology === 'star' && tabs === 1) return '--topology star needs at least two tabs, but --tabs is 1.'
  if (given && given.length !== tabs)
    return `--shares names ${given.length} tabs, but --tabs is ${tabs}: give one share per tab.`
  if (weights === 'f32' && wire !== 'auto' && wire !== 'f32')
    return `--weights f32 implies --wire f32, but --wire is ${wire}.`
  return null
}

function choice(flags: string, description: string, values: readonly string[]): Option {
  return new Option(flags, description).choices(values).default('auto')
}
