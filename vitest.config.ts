import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectConfiguration } from 'vitest/config'
import { launchOptions } from './tools/chromium.ts'

/** What only waits costs nothing when all is well: a machine that is several times slower than ours fails nothing. */
const patience = { testTimeout: 300_000, hookTimeout: 300_000, expect: { poll: { timeout: 30_000 } } }

/** Projects: `node` (unit and contract tests), `browser` (the same contracts and what needs a real browser), `long` (what takes a browser a minute and more). */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          environment: 'node',
          include: ['tests/unit/**/*.test.ts', 'tests/contracts/**/*.test.ts'],
          ...patience,
        },
      },
      inBrowser('browser', 'tests/browser/**/*.test.ts'),
      inBrowser('long', 'tests/browser/**/*.long.ts'),
    ],
  },
})

function inBrowser(name: string, include: string) {
  return {
    server: {
      headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
    },
    // Found beforehand, so that no test run is interrupted by a reload.
    optimizeDeps: {
      include: [
        'simple-peer/simplepeer.min.js',
        'valibot',
        'idb',
        'marked',
        'dompurify',
        'temml',
        'remend',
        'highlight.js/lib/core',
        'highlight.js/lib/languages/*',
        'comlink',
        'lit',
        'fast-check',
        '@huggingface/gguf',
        '@tensorflow/tfjs-core',
        '@tensorflow/tfjs-backend-cpu',
        '@tensorflow/tfjs-backend-wasm',
        '@tensorflow/tfjs-backend-webgl',
        '@tensorflow/tfjs-backend-webgpu/dist/flags_webgpu',
        '@tensorflow/tfjs-backend-webgpu/dist/webgpu_program',
      ],
    },
    test: {
      name,
      include: [include],
      ...patience,
      fileParallelism: false,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions: launchOptions() }),
        instances: [{ browser: 'chromium' }],
      },
    },
  } satisfies TestProjectConfiguration
}
