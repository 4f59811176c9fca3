import { defineConfig } from '@playwright/test'
import { launchOptions } from './support/launch.ts'
import { windowSizes } from './support/windows.ts'

/**
 * Real servers and real browser contexts, two files at a time, in the windows that people have: whoever comes first mostly at a laptop
 * (1440 x 900), the others at phones (390 x 844), in the light and in the dark by turns (`support/windows.ts`).
 * `playwright.real.config.ts` has the long runs over the default model, `playwright.screens.config.ts` takes pictures.
 */
export default defineConfig({
  testDir: '.',
  testMatch: '*.test.ts',
  testIgnore: ['real/**', 'screens/**'],
  outputDir: '../../test-results/e2e',
  reporter: 'list',
  // Rooms wait for each other's tabs a third of the time.
  workers: 2,
  // What only waits costs nothing when all is well. With two busy loops beside it the longest test took a quarter of its time.
  timeout: 240_000,
  use: {
    ...launchOptions,
    // Of those who come with a browser of their own.
    viewport: windowSizes.phone,
    colorScheme: 'dark',
    actionTimeout: 60_000,
    // Each visitor would keep 5 MB of page: two fifths of a test's processor time. Tests whose server goes down allow it.
    serviceWorkers: 'block',
  },
  expect: { timeout: 60_000 },
})
