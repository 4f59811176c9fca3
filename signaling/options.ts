// What `npm start` takes.
import { Command, InvalidArgumentError, Option } from 'commander'

export interface ServeOptions {
  port: number
  host?: string
  http: boolean
  cert?: string
  key?: string
  /** A file, a folder, or the id of a model in the models' directory. */
  model?: string
  modelsDir?: string
}

/** Throws StartError for options that contradict each other; prints and exits for `--help` and for what it does not know. */
export function parseServeOptions(argv: readonly string[], version: string): ServeOptions {
  const command = new Command('npm start --')
    .description('Serve the page, the rooms and the models to this machine and to the devices of this network.')
    .version(version)
    .option('--port <number>', 'port for all of it', parsePort, 8080)
    .option('--host <address>', 'listen on this address alone (default: on all of this machine)')
    .addOption(
      new Option(
        '--http',
        'plain http for other devices too: their browsers then offer no WebGPU, OPFS or crypto.subtle',
      )
        .default(false)
        .conflicts(['cert', 'key']),
    )
    .option('--cert <file>', 'your own certificate (PEM), instead of one made here; needs --key')
    .option('--key <file>', 'its private key (PEM)')
    .option('--model <name>', 'offer this first: a .gguf file, a folder of config.json and .safetensors, or an id')
    .option('--models-dir <folder>', 'where models are kept (default: this user’s cache; or HEADROOM_MODELS_DIR)')
    .allowExcessArguments(false)
  command.parse([...argv], { from: 'user' })
  const options = command.opts<ServeOptions>()
  if ((options.cert === undefined) !== (options.key === undefined))
    command.error('error: --cert and --key go together: name both files.')
  return options
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('A port is a whole number from 0 (any free one) to 65535.')
}
