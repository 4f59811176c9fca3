// Where the default model is on this machine: tests use the real file, and say so where it is absent.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { catalogueModel, modelsDirectory } from '../../tools/model-catalogue.ts'

/** Throws where the file is absent, saying how to get it. */
export function defaultModelPath(): string {
  const path = join(modelsDirectory(), catalogueModel().file)
  if (existsSync(path)) return path
  throw new Error(
    `The default model is not at ${path}. Run \`npm run fetch-model\` or \`npm start\` once, or set HEADROOM_MODELS_DIR.`,
  )
}
