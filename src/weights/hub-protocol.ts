// A model hub that speaks huggingface.co's API: a repository's files at one commit, and where each of them is.
// https://huggingface.co/docs/hub/api and https://huggingface.co/docs/hub/models-gated
import * as v from 'valibot'
import { HeadroomError } from '../base/errors.ts'
import { fetchJson, type JsonRequest } from './fetch-json.ts'

/** A repository, and what of it is meant; written `owner/name`, `owner/name@revision`, `owner/name:Q4_K_M`, `owner/name/file.gguf`. */
export interface HubName {
  repository: string
  /** A branch, a tag or a commit; null: `main`. */
  revision: string | null
  /** A .gguf file by its path, or by the quantization in its name. */
  file: { path: string } | { quantization: string } | null
}

/** A repository as it is at one commit. */
export interface HubRepository {
  repository: string
  /** 40 hex digits: what `revision` means now, and for ever after. */
  commit: string
  paths: readonly string[]
  /** In bytes, as far as the hub says. */
  sizes: ReadonlyMap<string, number>
  /** `license:apache-2.0` and the like. */
  tags: readonly string[]
  /** Does the hub give its files to certain people alone? */
  restricted: boolean
}

const part = '[\\w][\\w.-]*'
const nameSyntax = new RegExp(`^(${part}/${part})(?:@([\\w.-]+))?(?:/(.+\\.gguf)|:([\\w.-]+))?$`)
const pageSyntax = /^([^/]+\/[^/]+)\/(?:tree|blob|resolve)\/([^/]+)(\/.+\.gguf)?/

/** null for what is no name of a hub's model. An address of the hub's own pages counts as the name it shows. */
export function parseHubName(text: string, hubUrl: string): HubName | null {
  const isPage = text.startsWith(hubUrl)
  const path = isPage
    ? text
        .slice(hubUrl.length)
        .replace(/[?#].*$/, '')
        .replace(/\/$/, '')
    : text
  const name = isPage ? path.replace(pageSyntax, '$1@$2$3') : path
  const [, repository, revision = null, file, quantization] = nameSyntax.exec(name) ?? []
  if (repository === undefined || repository.endsWith('.gguf')) return null
  return {
    repository,
    revision,
    file: file !== undefined ? { path: file } : quantization !== undefined ? { quantization } : null,
  }
}

export function formatHubName({ repository, revision, file }: HubName): string {
  const part = file === null ? '' : 'path' in file ? `/${file.path}` : `:${file.quantization}`
  return `${repository}${revision === null ? '' : `@${revision}`}${part}`
}

const repositorySchema = v.object({
  sha: v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/, 'no commit')),
  siblings: v.array(v.object({ rfilename: v.pipe(v.string(), v.maxLength(400)), size: v.optional(v.number()) })),
  tags: v.optional(v.array(v.string()), []),
  gated: v.optional(v.union([v.boolean(), v.string()]), false),
  private: v.optional(v.boolean(), false),
})

/** What a header can hold. Of anything else fetch makes an error that quotes it. */
const tokenSyntax = /^[\x21-\x7e]+$/

/** One attempt and two more: who asks is waiting for the answer. */
const retryDelaysMs = [500, 1500]

/** A question to the hub, with the token (null: nobody's). Throws `token-needed` for what is none. */
export function hubRequest(hubUrl: string, what: string, token: string | null, signal?: AbortSignal): JsonRequest {
  if (token !== null && !tokenSyntax.test(token)) throw noToken(hubUrl)
  return { what, retryDelaysMs, signal, ...(token !== null && { headers: { Authorization: `Bearer ${token}` } }) }
}

/** `hubUrl` ends in `/`. Throws `token-needed` for a repository that `token` (null: nobody's) does not open, `model-not-found`, `download-failed`, `bad-message`. */
export async function fetchHubRepository(
  hubUrl: string,
  { repository, revision }: HubName,
  token: string | null,
  signal?: AbortSignal,
): Promise<HubRepository> {
  const revisionPath = `revision/${encodeURIComponent(revision ?? 'main')}`
  const url = new URL(`api/models/${repository}/${revisionPath}?blobs=true`, hubUrl).href
  const check = ({ status }: Response) => {
    if (status === 401 || status === 403) throw refused(hubUrl, repository, status, token)
    if (status === 404)
      throw new HeadroomError(
        'model-not-found',
        `${hubHost(hubUrl)} has no model ${repository}${revision === null ? '' : ` with a revision ${revision}`}. Check the name.`,
      )
  }
  const found = await fetchJson(url, repositorySchema, {
    ...hubRequest(hubUrl, `The hub's word on ${repository}`, token, signal),
    check,
  })
  const restricted = found.gated !== false || found.private
  if (restricted && token === null) throw gated(hubUrl, repository)
  const { sha, siblings, tags } = found
  return {
    repository,
    commit: sha,
    paths: siblings.map(({ rfilename }) => rfilename),
    sizes: new Map(siblings.flatMap(({ rfilename, size }) => (size === undefined ? [] : [[rfilename, size]]))),
    tags,
    restricted,
  }
}

/** The file at that commit: the same bytes for everybody, whatever the branch does later. */
export function hubFileUrl(hubUrl: string, { repository, commit }: HubRepository, path: string): string {
  return new URL(`${repository}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`, hubUrl).href
}

function hubHost(hubUrl: string): string {
  return new URL(hubUrl).host
}

function noToken(hubUrl: string): HeadroomError {
  return new HeadroomError(
    'token-needed',
    `What was given is no token of ${hubHost(hubUrl)}: it is empty, or holds spaces or letters that none has. Copy it again.`,
  )
}

function gated(hubUrl: string, repository: string): HeadroomError {
  return new HeadroomError(
    'token-needed',
    `${repository} is gated: its makers want to know who takes it. Accept their terms at ${hubUrl}${repository}, make a token that may read (${hubUrl}settings/tokens), and give it with the name. The token stays in this page's memory.`,
  )
}

function refused(hubUrl: string, repository: string, status: number, token: string | null): HeadroomError {
  const host = hubHost(hubUrl)
  return new HeadroomError(
    'token-needed',
    token === null
      ? `${host} shows no ${repository} to strangers (${status}): there is none, or it is private or gated. Check the name; for a private or gated model give a token that may read it.`
      : `${host} refuses this token for ${repository} (${status}). Check that it is whole and may read the model, and that its account has been let in at ${hubUrl}${repository}.`,
  )
}
