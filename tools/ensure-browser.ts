// A browser for tests and commands: the one that is installed, else Debian's by apt-get where we are root, else Playwright's own.
import { HeadroomError } from '../src/base/errors.ts'
import { browserExecutable } from './chromium.ts'
import { type ProcessResult, runProcess } from './run-process.ts'

/** Returns when a Chromium can be launched. Throws `no-executor` with what to do where none can be had. */
export async function ensureBrowser(): Promise<void> {
  if (browserExecutable()) return
  const failures: string[] = []
  for (const [what, commands] of installers()) {
    console.error(`There is no Chromium here; installing it (${what}) …`)
    const code = await runAll(commands)
    if (code === 0) return
    failures.push(`${what} ended with ${code}`)
  }
  throw new HeadroomError(
    'no-executor',
    `No Chromium or Chrome was found and none could be installed (${failures.join('; ')}). Install one, or set HEADROOM_BROWSER to its path.`,
  )
}

function installers(): [what: string, commands: string[][]][] {
  const playwright: [string, string[][]] = ['Playwright', [['npx', 'playwright', 'install', 'chromium']]]
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return [playwright]
  return [
    [
      'apt-get',
      [
        ['apt-get', 'update', '-qq'],
        ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'chromium'],
      ],
    ],
    playwright,
  ]
}

async function runAll(commands: readonly string[][]): Promise<ProcessResult['code']> {
  for (const [command, ...args] of commands) {
    const { code } = await runProcess(command!, args, { stdio: ['ignore', 2, 2] })
    if (code !== 0) return code
  }
  return 0
}
