import { browserExecutable, chromiumArgs } from '../../../tools/chromium.ts'

const executablePath = browserExecutable()

/** The browser of every end-to-end test. */
export const launchOptions = {
  launchOptions: { args: [...chromiumArgs], ...(executablePath ? { executablePath } : {}) },
}
