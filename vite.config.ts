import { readFileSync } from 'node:fs'
import { defineConfig } from 'vite'

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as { version: string }

export default defineConfig({
  base: './',
  define: { headroomVersion: JSON.stringify(version) },
  build: {
    outDir: 'dist/web',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: true,
    manifest: true,
    rolldownOptions: { input: ['index.html', 'web/example/index.html'] },
  },
  worker: {
    format: 'es',
    rolldownOptions: {
      output: {
        chunkFileNames: ({ moduleIds }) =>
          `assets/${moduleIds.some((id) => /tfjs-backend-(webgl|wasm|cpu)/.test(id)) ? 'last-resort-' : ''}[name]-[hash].js`,
      },
    },
  },
})
