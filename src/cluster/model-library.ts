// Models that are not loaded: what a hub has, and what is kept on this device. Nothing here touches the room.
import { HeadroomError } from '../base/errors.ts'
import { type FoundRepository, type HubListing, listHubModels, searchHub } from '../weights/hub-search.ts'
import { forgetModel, type KeptModel, keptModels } from '../weights/kept-models.ts'
import { forgetDownloads, storageIfAny } from '../weights/weight-cache.ts'
import { fetchServerConfig } from './model-catalogue.ts'

/** What this device keeps for the page. */
export interface KeptDownloads {
  models: readonly KeptModel[]
  /** All that the browser keeps for this page's address, conversations included; null where it does not say. */
  usedBytes: number | null
  /** What it would keep at most; null where it does not say. */
  quotaBytes: number | null
}

export class ModelLibrary {
  readonly #serverUrl: string

  constructor(serverUrl: string) {
    this.#serverUrl = serverUrl
  }

  /** The hub hears the words. Throws `model-not-found` where the server allows no hub, `token-needed`, `download-failed`, `bad-message`. */
  async search(words: string, options: HubQuestion = {}): Promise<FoundRepository[]> {
    return searchHub(await this.#hubUrl(), words, options.hubToken ?? null, options.signal)
  }

  /** What of a repository can be loaded. Throws as `search`, and `token-needed` for a gated one without a token. */
  async models(repository: string, options: HubQuestion = {}): Promise<HubListing> {
    return listHubModels(await this.#hubUrl(), repository, options.hubToken ?? null, options.signal)
  }

  async kept(): Promise<KeptDownloads> {
    const storage = await storageIfAny()
    const models = storage ? await keptModels(storage) : []
    const { usage = null, quota = null } = (await globalThis.navigator?.storage?.estimate?.()) ?? {}
    return { models, usedBytes: usage, quotaBytes: quota }
  }

  /** Deletes one model's downloads (null: those of models that nobody noted). Throws `bad-input` while a tab of this browser is loading it. */
  async forget(modelId: string | null): Promise<void> {
    const storage = await storageIfAny()
    if (storage) await forgetModel(storage, modelId)
  }

  /** Deletes all downloads. Throws as `forget`. */
  forgetAll(): Promise<void> {
    return forgetDownloads()
  }

  async #hubUrl(): Promise<string> {
    const { hubUrl } = await fetchServerConfig(this.#serverUrl)
    if (hubUrl !== null) return hubUrl
    throw new HeadroomError('model-not-found', 'This server lets its pages fetch from no hub.')
  }
}

export interface HubQuestion {
  hubToken?: string
  signal?: AbortSignal
}
