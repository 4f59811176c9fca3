// Prepares what the server serves (the page, the model), both at once, then serves.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { serve } from '../signaling/main.ts'
import { parseServeOptions } from '../signaling/options.ts'
import { throwIfAborted, toErrorData } from '../src/base/errors.ts'
import { ensureBuilt, projectRoot } from './ensure-built.ts'
import { fetchModel } from './fetch-model.ts'
import { catalogue, modelsDirectory } from './model-catalogue.ts'

const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string }
const options = parseServeOptions(process.argv.slice(2), version)
const directory = modelsDirectory(options.modelsDir)

const stop = new AbortController()
let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    interrupted = true
    stop.abort()
  })

try {
  await prepare()
  const server = await serve(options, {
    webDirectory: join(projectRoot, 'dist/web'),
    modelsDirectory: directory,
    knownModels: catalogue.models,
    defaultModel: catalogue.defaultModel,
    version,
  })
  const close = () => void server.close().then(() => process.exit(0))
  if (stop.signal.aborted) close()
  else stop.signal.addEventListener('abort', close)
} catch (error) {
  console.error(toErrorData(error).message)
  process.exit(interrupted ? 130 : 1)
}

/** Both at once; where one fails the other is stopped, and has cleaned up behind itself before this rejects. */
async function prepare(): Promise<void> {
  const building = ensureBuilt(stop.signal)
  building.catch(() => stop.abort())
  await Promise.allSettled([building, fetchWanted()])
  await building
  throwIfAborted(stop.signal)
}

/**
 * The default model, or the one of the catalogue that `--model` names. Without it the room still works, with the small model
 * that comes with the page or a file that someone opens: a failure is told and no more.
 */
async function fetchWanted(): Promise<void> {
  const wanted = catalogue.models.find(({ id }) => id === (options.model ?? catalogue.defaultModel))
  if (wanted === undefined) return
  try {
    await fetchModel(wanted, { directory, signal: stop.signal })
  } catch (error) {
    if (stop.signal.aborted) throw error
    console.error(
      `${toErrorData(error).message}\nThe server starts with what it has; the small model that comes with the page is always there.`,
    )
  }
}
