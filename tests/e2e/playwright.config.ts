import { defineConfig } from '@playwright/test'
import { launchOptions } from './support/launch.ts'

/** Real servers and real browser contexts, two files at a time. `playwright.real.config.ts` has the long runs over the default model, `playwright.screens.config.ts` takes pictures. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.test.ts',
  testIgnore: ['real/**', 'screens/**'],
  outputDir: '../../test-results/e2e',
  reporter: 'list',
  // Rooms wait for each other's tabs a third of the time.
  workers: 2,
  timeout: 60_000,
  use: {
    ...launchOptions,
    viewport: { width: 1280, height: 800 },
    actionTimeout: 20_000,
    // Each visitor would keep 5 MB of page: two fifths of a test's processor time. Tests whose server goes down allow it.
    serviceWorkers: 'block',
  },
  expect: { timeout: 20_000 },
})
