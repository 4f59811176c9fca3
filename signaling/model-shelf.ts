// Which model files are served, and under which ids. Only a file listed here can be asked for, so no path can lead out of it.
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { StartError } from './start-error.ts'

export interface ServedFile {
  /** Below `/models/`, with `/` between parts. */
  path: string
  /** Absolute, on this machine. */
  location: string
}

export interface ServedModel {
  id: string
  name: string
  files: ServedFile[]
}

/** What a file or folder of this name is known as; for any other the id is its own name. */
export interface KnownModel {
  id: string
  name: string
  location: string
}

export interface ModelShelf {
  /** Read anew each time, so that a file put there later is found. One model an id, one file a path: the first wins. */
  list(): Promise<ServedModel[]>
  find(path: string): Promise<ServedFile | undefined>
}

export interface ModelShelfOptions {
  /** GGUF files, and folders of safetensors; need not exist. */
  directory?: string | undefined
  /** Files and folders besides. */
  extra?: readonly string[]
  /** A folder of folders of models that come with the page, listed last; need not exist. */
  builtIn?: string | undefined
  knownModels?: readonly KnownModel[]
}

/** What a Hugging Face checkpoint consists of, apart from its GGUF. */
const checkpointFile = /\.(safetensors|json|jinja|model|txt)$/
/** Folders of sentence-transformers' modules, such as `1_Pooling`. */
const moduleFolder = /^\d+_\w+$/
/** How llama.cpp names the files of one model that it splits. */
const partNumber = /-\d{5}-of-(\d{5})\.gguf$/

export function createModelShelf({ directory, extra = [], builtIn, knownModels = [] }: ModelShelfOptions): ModelShelf {
  const describe = (location: string) => modelsAt(resolve(location), knownModels)

  async function list(): Promise<ServedModel[]> {
    const inFolder = async (folder: string | undefined) =>
      folder === undefined ? [] : (await namesIn(folder)).map((name) => join(folder, name))
    const locations = [...extra, ...(await inFolder(directory)), ...(await inFolder(builtIn))]
    const found = (await Promise.all(locations.map(describe))).flat()
    const paths = new Set<string>()
    const models = new Map<string, ServedModel>()
    for (const model of found) {
      if (models.has(model.id) || model.files.some(({ path }) => paths.has(path))) continue
      models.set(model.id, model)
      for (const { path } of model.files) paths.add(path)
    }
    return [...models.values()]
  }

  return {
    list,
    async find(path) {
      for (const { files } of await list()) {
        const file = files.find((candidate) => candidate.path === path)
        if (file !== undefined) return file
      }
      return undefined
    },
  }
}

/** Where a built page has the models that come with it. */
export function builtInModels(webDirectory: string): string {
  return join(webDirectory, 'models')
}

/** The id of the model at a path a person named. Throws StartError when there is none. */
export async function modelIdAt(location: string, knownModels: readonly KnownModel[]): Promise<string> {
  const [model] = await modelsAt(resolve(location), knownModels)
  if (model !== undefined) return model.id
  throw new StartError(
    `${location} is no model: name a .gguf file, or a folder with config.json and .safetensors files.`,
  )
}

async function modelsAt(location: string, knownModels: readonly KnownModel[]): Promise<ServedModel[]> {
  const kind = await kindOf(location)
  const name = basename(location)
  if (kind === 'file') {
    if (extname(name) !== '.gguf') return []
    const beside = partNumber.test(name) ? await namesIn(dirname(location)) : []
    const parts = ggufModels(beside).find((group) => group.includes(name)) ?? [name]
    const files = parts.map((part) => ({ path: part, location: join(dirname(location), part) }))
    return [modelOf(wholeName(name), files, knownModels)]
  }
  if (kind === undefined) return []
  const names = await namesIn(location)
  const fileAt = (path: string): ServedFile => ({ path: `${name}/${path}`, location: join(location, path) })
  const models = ggufModels(names).map((parts) => modelOf(wholeName(parts[0]!), parts.map(fileAt), knownModels))
  if (!names.includes('config.json') || !names.some((file) => file.endsWith('.safetensors'))) return models
  const modules = names.filter((file) => moduleFolder.test(file))
  const inModules = await Promise.all(
    modules.map(async (folder) => (await namesIn(join(location, folder))).map((file) => `${folder}/${file}`)),
  )
  const paths = [...names, ...inModules.flat()].filter((path) => checkpointFile.test(path))
  return [modelOf(name, paths.map(fileAt), knownModels), ...models]
}

/** The GGUF files among `names`, those of one split model together. */
function ggufModels(names: readonly string[]): string[][] {
  const models = new Map<string, string[]>()
  for (const name of names.filter((file) => file.endsWith('.gguf'))) {
    const key = name.replace(partNumber, '-of-$1')
    models.set(key, [...(models.get(key) ?? []), name])
  }
  return [...models.values()]
}

function wholeName(part: string): string {
  return part.replace(partNumber, '.gguf')
}

/** `name` is the file's or folder's own. */
function modelOf(name: string, files: ServedFile[], knownModels: readonly KnownModel[]): ServedModel {
  const known = knownModels.find((candidate) => candidate.location === name)
  const stem = basename(name, '.gguf')
  return { id: known?.id ?? stem, name: known?.name ?? stem, files }
}

async function kindOf(location: string): Promise<'file' | 'folder' | undefined> {
  const found = await stat(location).catch(missingIsUndefined)
  return found?.isFile() ? 'file' : found?.isDirectory() ? 'folder' : undefined
}

async function namesIn(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(missingIsUndefined)
  return (names ?? []).filter((name) => !name.startsWith('.')).sort()
}

function missingIsUndefined(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
  throw error
}
