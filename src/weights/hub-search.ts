// Looking for a model on a hub: repositories by words, and what of one can be run, with sizes.
// https://huggingface.co/docs/hub/api, and `expand` as in @huggingface/hub's listModels.
import * as v from 'valibot'
import { isBlockType } from './block-types.ts'
import { fetchJson } from './fetch-json.ts'
import { ggufModels, isCheckpoint } from './hub-files.ts'
import { fetchHubRepository, hubRequest } from './hub-protocol.ts'

export interface FoundRepository {
  /** `owner/name` */
  repository: string
  /** In the last thirty days; null where the hub does not say. */
  downloads: number | null
  /** As the hub names it (`apache-2.0`); null where its makers named none. */
  license: string | null
  /** Its makers want to know who takes it: it needs a token. */
  gated: boolean
}

/** Something of a repository that can be loaded. */
export interface HubModel {
  /** For `loadModel`. */
  name: string
  /** Inside the repository; null: all of it, a checkpoint. */
  file: string | null
  /** Of the weights; null where the hub does not say. */
  sizeBytes: number | null
  /** `Q4_K_M`, as the file's name says; null where it says nothing, and for a checkpoint. */
  quantization: string | null
  /** False: its name says a type that this version cannot read. */
  readable: boolean
}

export interface HubListing {
  repository: string
  license: string | null
  /** Empty: nothing in it can be run. */
  models: readonly HubModel[]
}

/** Pages of results are not followed. */
const MOST_FOUND = 30

const foundSchema = v.array(
  v.object({
    id: v.pipe(v.string(), v.maxLength(200)),
    downloads: v.optional(v.number()),
    gated: v.optional(v.union([v.boolean(), v.string()]), false),
    tags: v.optional(v.array(v.string()), []),
  }),
)

/** Repositories with weights in a form that we read, the most downloaded first. Throws `token-needed`, `download-failed`, `bad-message`. */
export async function searchHub(
  hubUrl: string,
  words: string,
  token: string | null,
  signal?: AbortSignal,
): Promise<FoundRepository[]> {
  const asked: [string, string][] = [
    ['search', words],
    ['sort', 'downloads'],
    ['direction', '-1'],
    ['limit', String(MOST_FOUND)],
    ...['downloads', 'gated', 'tags'].map((key): [string, string] => ['expand', key]),
  ]
  const url = new URL(`api/models?${new URLSearchParams(asked)}`, hubUrl).href
  const found = await fetchJson(url, foundSchema, hubRequest(hubUrl, 'What the hub found', token, signal))
  return found
    .filter(({ tags }) => tags.includes('gguf') || tags.includes('safetensors'))
    .map(({ id, downloads = null, gated, tags }) => ({
      repository: id,
      downloads,
      license: licenseOf(tags),
      gated: gated !== false,
    }))
}

/** Throws as `fetchHubRepository`: a gated repository lists nothing without a token. */
export async function listHubModels(
  hubUrl: string,
  repository: string,
  token: string | null,
  signal?: AbortSignal,
): Promise<HubListing> {
  const name = { repository, revision: null, file: null }
  const { paths, sizes, tags } = await fetchHubRepository(hubUrl, name, token, signal)
  const bytesOf = (parts: readonly string[]) => {
    const known = parts.map((path) => sizes.get(path))
    return known.reduce<number | null>((sum, size) => (sum === null || size === undefined ? null : sum + size), 0)
  }
  const checkpoint: HubModel[] = isCheckpoint(paths)
    ? [{ name: repository, file: null, sizeBytes: bytesOf(weightsOf(paths)), quantization: null, readable: true }]
    : []
  const ggufs = [...ggufModels(paths)]
    .filter(([file]) => !notModels.test(file))
    .map(([file, parts]): HubModel => {
      const quantization = quantizationOf(file)
      const readable = quantization === null || isReadable(quantization)
      return { name: `${repository}/${file}`, file, sizeBytes: bytesOf(parts), quantization, readable }
    })
    .sort((a, b) => (a.sizeBytes ?? 0) - (b.sizeBytes ?? 0))
  return { repository, license: licenseOf(tags), models: [...checkpoint, ...ggufs] }
}

/** Beside a model's own: what projects pictures, what quantizing weighed by. */
const notModels = /(^|[/_.-])(mmproj|imatrix)([/_.-]|$)/i

function weightsOf(paths: readonly string[]): string[] {
  return paths.filter((path) => /^[^/]+\.safetensors$/.test(path))
}

/** `Q4_K_M` of `SmolLM2-135M-Instruct-Q4_K_M.gguf`; null where the name has none. */
function quantizationOf(file: string): string | null {
  const [, found = null] = /[-._/]((?:I?Q\d|TQ\d|MXFP\d|BF16|F16|F32)[A-Z0-9_]*)(?=[-./])/i.exec(`/${file}`) ?? []
  return found === null ? null : found.toUpperCase()
}

/** By the type of most of its tensors: `Q4_K_M` is mostly `Q4_K`. */
function isReadable(quantization: string): boolean {
  return isBlockType(quantization) || isBlockType(quantization.replace(/_(XXS|XS|S|M|L|XL)$/, ''))
}

function licenseOf(tags: readonly string[]): string | null {
  return tags.find((tag) => tag.startsWith('license:'))?.slice('license:'.length) ?? null
}
