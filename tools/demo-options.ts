// What `npm run demo` takes: docs/COMMANDS.md. Options that contradict each other are an error, not a guess.
import { Command, Option } from 'commander'
import type { ExecutorWish, InferenceInput } from '../src/index.ts'
import { EXECUTOR_WISHES } from '../src/plan/device-profile.ts'
import { findContradiction, findForeign } from './demo-contradictions.ts'
import { number, shares, smallNumbers, tokenIds, wholeNumber } from './option-values.ts'

/** What a model that generates, or one that embeds, is given; the last two are for the latter alone. */
export type DemoInput = InferenceInput | { embed: readonly string[] } | { fillMask: string }

export interface DemoOptions {
  tabs: number
  model: string | undefined
  input: DemoInput
  maxTokens: number
  ignoreEos: boolean
  temperature: number
  seed: number
  executor: ExecutorWish
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
  embed?: string[]
  fillMask?: string
  tokenTypes?: number[]
  attentionMask?: number[]
}

const inputs = ['prompt', 'raw', 'tokens', 'embed', 'fillMask']
const defaultPrompt = 'Explain in two sentences why the sky is blue.'

/** Throws what `fail` throws for options that contradict each other; prints and exits for `--help`. */
export function parseDemoOptions(argv: readonly string[], fail: (message: string) => never): DemoOptions {
  const command = new Command('npm run demo --')
    .description(
      'Forms a room of real browser tabs on this machine, loads a model over them, and answers one prompt or embeds texts.',
    )
    .option('--tabs <number>', 'tabs in the room; 1 is the leader alone', wholeNumber(1, 16), 2)
    .option(
      '--model <name>',
      'a model of the catalogue or the models’ folder, a .gguf file, a folder of safetensors, or owner/name of a hub',
    )
    .addOption(input('--prompt <text>', 'a chat message, in the model’s template'))
    .addOption(input('--raw <text>', 'text as it stands'))
    .addOption(input('--tokens <ids>', 'token ids as given, by comma').argParser(tokenIds))
    .addOption(
      input('--embed <text>', 'text to embed, for models that do; may be given several times').argParser(
        (text, before: string[] = []) => [...before, text],
      ),
    )
    .addOption(input('--fill-mask <text>', 'text with one word masked ([MASK]), for models that guess it'))
    .option('--token-types <numbers>', 'one for each of --tokens, e.g. 0,0,1', smallNumbers)
    .option('--attention-mask <numbers>', 'one for each of --tokens, 0 where nobody may look, e.g. 1,1,0', smallNumbers)
    .option('--max-tokens <number>', 'tokens to generate at most; 0: prefill only', wholeNumber(0, 1e6), 48)
    .option('--ignore-eos', 'go on after a stop token', false)
    .option('--temperature <number>', '0 is greedy', number(0, 100), 0)
    .option('--seed <number>', 'of the noise when the temperature is above 0', wholeNumber(0, 2 ** 32 - 1), 1)
    .addOption(
      choice(
        '--executor <kind>',
        'what computes; tfjs: the first of TensorFlow.js’ own backends that runs in the browser (webgl, wasm, cpu)',
        EXECUTOR_WISHES,
      ),
    )
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
  const { prompt, raw, tokens, embed, fillMask, tokenTypes, attentionMask, ...options } = command.opts<Parsed>()
  const given = command.options.map((option) => option.attributeName()).filter((name) => isGiven(command, name))
  const contradiction = findContradiction(options) ?? findForeign({ tokens, tokenTypes, attentionMask }, given)
  if (contradiction) fail(contradiction)
  if (tokens)
    return { ...options, input: { tokens, ...(tokenTypes && { tokenTypes }), ...(attentionMask && { attentionMask }) } }
  if (embed) return { ...options, input: { embed } }
  if (fillMask !== undefined) return { ...options, input: { fillMask } }
  if (raw !== undefined) return { ...options, input: { text: raw } }
  return { ...options, input: { messages: [{ role: 'user', content: prompt ?? defaultPrompt }] } }
}

function isGiven(command: Command, name: string): boolean {
  return command.getOptionValueSource(name) === 'cli'
}

/** One of the ways to say what the model is given; they exclude each other. */
function input(flags: string, description: string): Option {
  const option = new Option(flags, description)
  return option.conflicts(inputs.filter((name) => name !== option.attributeName()))
}

function choice(flags: string, description: string, values: readonly string[]): Option {
  return new Option(flags, description).choices(values).default('auto')
}
