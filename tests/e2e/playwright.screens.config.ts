import { defineConfig } from '@playwright/test'
import base from './playwright.config.ts'

/** Pictures of every state of the page for `docs/screens`, taken on request only: runs of the tests do not change the repository. */
export default defineConfig({
  ...base,
  use: { ...base.use, serviceWorkers: 'allow' },
  testMatch: 'screens/*.test.ts',
  testIgnore: [],
  workers: 1,
  timeout: 300_000,
})
