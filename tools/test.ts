// `npm test` (or some suites by name): everything quick enough to run every time: Biome, tsc, unit and contract tests in Node, the same and more in Chromium,
// and real rooms of tabs. Prepares what it needs, runs all suites whatever fails, and ends with one line that sums them.
import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { toErrorData } from '../src/base/errors.ts'
import { ensureBrowser } from './ensure-browser.ts'
import { ensureBuilt, projectRoot } from './ensure-built.ts'
import { fetchModel } from './fetch-model.ts'
import { catalogueModel, modelsDirectory } from './model-catalogue.ts'
import { type ProcessResult, runProcess } from './run-process.ts'

/** Without arguments; the long runs over the real model have a command of their own. */
const everyTime = ['biome', 'tsc', 'vitest', 'rooms'] as const

interface Tally {
  passed: number
  failed: number
}

const resultFolder = join(projectRoot, 'test-results')
const vitestResult = v.object({ numPassedTests: v.number(), numFailedTests: v.number() })
const playwrightResult = v.object({
  stats: v.object({ expected: v.number(), unexpected: v.number(), flaky: v.number() }),
})

try {
  await Promise.all([ensureBrowser(), ensureBuilt(), fetchModel(catalogueModel(), { directory: modelsDirectory() })])
} catch (error) {
  console.error(toErrorData(error).message)
  console.log('0 passed, 1 failed')
  process.exit(1)
}
await rm(resultFolder, { recursive: true, force: true })
await mkdir(resultFolder, { recursive: true })

const suites = {
  biome: () => check('biome', ['check', '.']),
  tsc: () => check('tsc', ['--noEmit', '-p', '.']),
  unit: () => vitest('node', ['tests/unit']),
  node: () => vitest('node'),
  browser: () => vitest('browser'),
  vitest: bothVitests,
  webgl: () => vitest('long'),
  rooms: () => playwright('playwright.config.ts'),
  screens: () => playwright('playwright.screens.config.ts'),
  real: () => playwright('playwright.real.config.ts'),
}
const chosen = process.argv.slice(2) as (keyof typeof suites)[]
const tallies: Tally[] = []
for (const name of chosen.length > 0 ? chosen : everyTime) tallies.push(await suites[name]())
const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0)
const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)

/** A check counts as one test. */
async function check(command: string, args: readonly string[]): Promise<Tally> {
  const code = await run(command, args)
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 }
}

/** Chromium's tests wait for its software GPU half of the time: Node's run beside them, and what they print comes after. */
async function bothVitests(): Promise<Tally> {
  const log = await open(join(resultFolder, 'node.log'), 'w+')
  const [browser, node] = await Promise.all([vitest('browser'), vitest('node', [], log.fd)])
  await log.close()
  console.log(await readFile(join(resultFolder, 'node.log'), 'utf8'))
  return { passed: node.passed + browser.passed, failed: node.failed + browser.failed }
}

/** `output`: a file descriptor for what it prints, instead of the terminal. */
async function vitest(project: string, paths: readonly string[] = [], output = 1): Promise<Tally> {
  const file = join(resultFolder, `${project}.json`)
  const args = [
    'run',
    ...paths,
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]
  const code = await run('vitest', args, {}, output)
  return tallyOf(code, file, (json) => {
    const { numPassedTests, numFailedTests } = v.parse(vitestResult, json)
    return { passed: numPassedTests, failed: numFailedTests }
  })
}

async function playwright(config: string): Promise<Tally> {
  const file = join(resultFolder, `${config}.json`)
  const args = ['test', '-c', `tests/e2e/${config}`, '--reporter=list,json']
  const code = await run('playwright', args, { PLAYWRIGHT_JSON_OUTPUT_NAME: file })
  return tallyOf(code, file, (json) => {
    const { expected, unexpected, flaky } = v.parse(playwrightResult, json).stats
    return { passed: expected, failed: unexpected + flaky }
  })
}

/** A runner that failed without failing a test (a file that does not load, say) counts as one failure. */
async function tallyOf(code: ProcessResult['code'], file: string, read: (json: unknown) => Tally): Promise<Tally> {
  try {
    const tally = read(JSON.parse(await readFile(file, 'utf8')))
    return code === 0 || tally.failed > 0 ? tally : { ...tally, failed: 1 }
  } catch (error) {
    console.error(`${file}: ${error instanceof Error ? error.message : String(error)}`)
    return { passed: 0, failed: 1 }
  }
}

async function run(
  command: string,
  args: readonly string[],
  environment: Record<string, string> = {},
  output = 1,
): Promise<ProcessResult['code']> {
  console.log(`\n== ${command} ${args.join(' ')}`)
  const bin = join(projectRoot, 'node_modules/.bin', command)
  const { code } = await runProcess(bin, args, {
    cwd: projectRoot,
    stdio: ['ignore', output, output === 1 ? 2 : output],
    env: { ...process.env, ...environment },
  })
  return code
}
