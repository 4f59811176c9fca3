// `npm start` on a fresh clone: nothing but Node is there yet. Installs, then hands over to start.ts.
import { fileURLToPath } from 'node:url'

process.argv.splice(2, 0, fileURLToPath(new URL('start.ts', import.meta.url)))
await import('./run.mjs')
