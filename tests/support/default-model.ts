// Where the default model is on this machine: tests use the real file, fetch it when it is absent, and say so where no source answers.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../tools/ensure-built.ts'
import { catalogueModel, modelsDirectory } from '../../tools/model-catalogue.ts'

/** Throws where the file is absent and no source brings it, with what each of them said. */
export function defaultModelPath(): string {
  const path = join(modelsDirectory(), catalogueModel().location)
  if (existsSync(path)) return path
  const command = ['tools/run.mjs', 'Fetch the default model', 'tools/fetch-model.ts']
  const { status, stderr } = spawnSync(process.execPath, command, { cwd: projectRoot, encoding: 'utf8' })
  if (status === 0) return path
  throw new Error(`The default model is not at ${path}, and could not be fetched:\n${stderr}`)
}
