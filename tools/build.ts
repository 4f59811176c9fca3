// Builds everything that is served: WASM kernels, the page, and its service worker. `npm run build`.
import { spawnSync } from 'node:child_process'
import { build } from 'vite'
import { generateSW } from 'workbox-build'

const kernels = spawnSync(process.execPath, ['--import', 'tsx', 'tools/build-kernels.ts'], { stdio: 'inherit' })
if (kernels.status !== 0) process.exit(kernels.status ?? 1)

await build({ logLevel: 'warn' })

const { count, size, warnings } = await generateSW({
  globDirectory: 'dist/web',
  globPatterns: ['**/*.{html,js,css,wasm,webmanifest,svg,png}', 'models/*/*.gguf'],
  importScripts: ['offline-models.js'],
  // What next to no device needs (860 kB) is fetched by those that do.
  globIgnores: ['screens/*', 'offline-models.js', '**/last-resort-*', '**/tfjs-backend-wasm*'],
  swDest: 'dist/web/sw.js',
  sourcemap: false,
  cleanupOutdatedCaches: true,
  clientsClaim: false,
  skipWaiting: false,
  inlineWorkboxRuntime: true,
  navigateFallback: 'index.html',
  navigateFallbackDenylist: [/^\/models\//, /^\/config\.json/, /^\/signaling/],
  maximumFileSizeToCacheInBytes: 8 << 20,
})
for (const warning of warnings) console.warn(warning)
console.log(`Service worker: ${count} files, ${(size / 1024).toFixed(0)} KiB are kept for offline use.`)
