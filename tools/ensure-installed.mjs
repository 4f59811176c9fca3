// Makes a fresh clone ready to run: checks Node, and installs when `node_modules` is missing or not what the lock file asks for.
// No dependencies: this runs before there are any. All it prints goes to stderr, so that a tool's stdout is its own.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Words for a Node that is too old, or undefined. `version` as `process.versions.node` has it. */
export function nodeTooOld(version) {
  const [major, minor] = version.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return undefined
  return `Headroom needs Node 20.19 or later; this is ${version}. Get a newer one from https://nodejs.org, then run this again.`
}

/** Why `npm install` is due in `root`, or undefined when what is installed is what `package-lock.json` asks for. */
export function whyInstall(root) {
  const installedPath = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(installedPath)) return 'nothing is installed yet'
  const wanted = readPackages(join(root, 'package-lock.json'))
  const installed = readPackages(installedPath)
  for (const [path, { version, integrity, optional, devOptional, link }] of Object.entries(wanted)) {
    if (path === '' || link) continue
    const found = installed[path]
    if (found === undefined) {
      if (optional || devOptional) continue
      return `${path} is missing`
    }
    if (found.version !== version || found.integrity !== integrity) return `${path} is not version ${version}`
  }
  const gone = Object.keys(wanted[''].dependencies ?? {}).find((name) => !existsSync(join(root, 'node_modules', name)))
  return gone && `node_modules/${gone} is gone`
}

/** Leaves the process with exit code 1, and words, when Node is too old or the installation fails. */
export function ensureInstalled(root) {
  const tooOld = nodeTooOld(process.versions.node)
  if (tooOld) fail(tooOld)
  const reason = whyInstall(root)
  if (!reason) return
  console.error(`Installing packages (${reason}) …`)
  // Not `npm ci`: it refuses a lock file without the binaries of other platforms, and npm cannot list those where its registry
  // has none of them. `--no-save` takes the same versions and checks the same hashes, and leaves the lock file as it is.
  const args = ['install', '--no-save', '--include=dev', '--no-audit', '--no-fund']
  const npm = process.env.npm_execpath
  const options = { cwd: root, stdio: ['ignore', 2, 2] }
  const result = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' })
  if (result.error) fail(`npm could not be started (${result.error.message}). Install npm, then run this again.`)
  if (result.status !== 0) fail(`npm install ended with ${result.signal ?? result.status}; its words above say why.`)
}

function readPackages(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
