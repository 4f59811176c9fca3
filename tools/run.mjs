// Runs a TypeScript tool on a clone as it is: `node tools/run.mjs PURPOSE FILE [ARGS…]`. Installs first when needed; no dependencies itself.
// PURPOSE is for people: `npm run` lists every command with it.
// The tool runs in this very process, so signals, exit codes and stdout are its own.
import { dirname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ensureInstalled } from './ensure-installed.mjs'

const [, file, ...args] = process.argv.slice(2)
if (file === undefined) {
  console.error('Say which tool to run: node tools/run.mjs PURPOSE FILE [ARGS…]')
  process.exit(1)
}
ensureInstalled(dirname(dirname(fileURLToPath(import.meta.url))))
const { register } = await import('tsx/esm/api')
register()
const path = resolve(file)
process.argv = [process.argv[0], path, ...args]
await import(pathToFileURL(path).href)
