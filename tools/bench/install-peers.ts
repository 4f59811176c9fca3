// The peers have a package and a lock file of their own (tests/bench), so that nobody but the benchmark waits for them. No install scripts
// run: node-llama-cpp's would fetch or compile hundreds of megabytes, its CPU package is all that is needed.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HeadroomError } from '../../src/base/errors.ts'
import { projectRoot } from '../ensure-built.ts'
import { whyInstall } from '../ensure-installed.mjs'
import { runProcess } from '../run-process.ts'

export const peersDirectory = join(projectRoot, 'tests/bench')

export async function ensurePeers(): Promise<void> {
  const reason = whyInstall(peersDirectory)
  if (!reason) return
  console.error(`Installing the peers to compare with (${reason}) …`)
  // The one native package is llama.cpp for Linux on x64; elsewhere it is installed too and says at run time that it cannot load.
  const platform = ['--os=linux', '--cpu=x64', '--libc=glibc']
  const args = ['install', '--no-save', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund', ...platform]
  const { code } = await runProcess('npm', args, { cwd: peersDirectory, stdio: ['ignore', 2, 2] })
  if (code !== 0)
    throw new HeadroomError('internal', `npm install in tests/bench ended with ${code}; its words say why.`)
}

/** As installed. */
export async function peerVersion(name: string): Promise<string> {
  const json = await readFile(join(peersDirectory, 'node_modules', name, 'package.json'), 'utf8')
  return (JSON.parse(json) as { version: string }).version
}
