// Where the default model is on this machine: tests use the real file, and say so where it is absent.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import envPaths from 'env-paths'

const FILE_NAME = 'SmolLM2-135M-Instruct.Q4_1.gguf'

/** Throws where the file is absent, saying how to get it. */
export function defaultModelPath(): string {
  const directory = process.env.HEADROOM_MODELS_DIR ?? join(envPaths('headroom', { suffix: '' }).cache, 'models')
  const path = join(directory, FILE_NAME)
  if (existsSync(path)) return path
  throw new Error(
    `The default model is not at ${path}. Run \`npm run fetch-model\` or \`npm start\` once, or set HEADROOM_MODELS_DIR.`,
  )
}
