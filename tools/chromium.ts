// The browser that tests, the demo and the benchmarks drive, and the flags it needs: WebGPU on the software adapter, no phoning home.
import { existsSync } from 'node:fs'
import type { LaunchOptions } from 'playwright'

const candidates = [
  process.env.HEADROOM_BROWSER,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** Path of an installed Chromium or Chrome; undefined lets Playwright use its own. */
export function browserExecutable(): string | undefined {
  return candidates.find((path) => path !== undefined && existsSync(path))
}

export const chromiumArgs: readonly string[] = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
]

/** For Playwright's `launch`. */
export function launchOptions(headless = true): LaunchOptions {
  const executablePath = browserExecutable()
  return { headless, args: [...chromiumArgs], ...(executablePath ? { executablePath } : {}) }
}
