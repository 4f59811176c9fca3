// What the page knows about models that are not loaded: how the chosen one fits the room, what the hub found, what is kept on this device.
import {
  type ErrorData,
  type FoundRepository,
  HeadroomError,
  type HubListing,
  type KeptDownloads,
  type LoadOptions,
  type MobileTensorParallelismSystem,
  type RoomFit,
  type RoomView,
  toErrorData,
  type WantedModel,
} from '../../src/index.ts'
import { type LastModel, lastModel, rememberModel } from './last-model.ts'
import type { ModelCommand } from './model-commands.ts'

/** How the model that was chosen fits, as far as that is known. */
export interface FitView {
  model: WantedModel
  options: LoadOptions
  /** Both null while its headers are read. */
  fit: RoomFit | null
  error: ErrorData | null
}

export interface HubView {
  /** null before anything was looked for. */
  found: readonly FoundRepository[] | null
  listing: HubListing | null
}

/** A new object after each change. */
export interface ModelWorkView {
  /** null: no model was chosen since the last was loaded. */
  fit: FitView | null
  hub: HubView
  /** null: the browser does not tell. */
  kept: KeptDownloads | null
  /** How many times somebody wanted to see what is kept. */
  keptAsked: number
  /** What this device's rooms ran last; null where that is not known. */
  last: LastModel | null
}

/** Nothing was asked yet. */
export const quietWork: ModelWorkView = {
  fit: null,
  hub: { found: null, listing: null },
  kept: null,
  keptAsked: 0,
  last: null,
}

/** What of the engine it needs. */
export type ModelSystem = Pick<
  MobileTensorParallelismSystem,
  'checkFit' | 'loadModel' | 'holdLoad' | 'cancelLoad' | 'leaveOut'
> & {
  readonly library: Pick<
    MobileTensorParallelismSystem['library'],
    'search' | 'models' | 'kept' | 'forget' | 'forgetAll'
  >
}

interface Asked {
  model: WantedModel
  options: LoadOptions
}

export class ModelWork {
  view = quietWork
  readonly #system: ModelSystem
  readonly #storage: Storage
  readonly #changed: () => void
  #last: Asked | null
  /** Of the room, when the fit was worked out. */
  #devices = ''

  constructor(system: ModelSystem, storage: Storage, changed: () => void) {
    this.#system = system
    this.#storage = storage
    this.#changed = changed
    const last = lastModel(storage)
    this.#last =
      last?.kind === 'named' ? { model: last.model, options: last.weights ? { weights: last.weights } : {} } : null
    this.view = { ...quietWork, last }
  }

  async perform(command: ModelCommand): Promise<void> {
    const { library } = this.#system
    switch (command.kind) {
      case 'check-fit':
        void this.#check(askedBy(command))
        return
      case 'load-model':
        return this.#load(askedBy(command))
      case 'load-again': {
        if (!this.#last) throw new HeadroomError('bad-input', 'No model was asked for yet. Choose one.')
        const { model, options } = this.#last
        const { without: _, ...others } = options
        return this.#load({ model, options: { ...others, ...planned(command) } })
      }
      case 'hold-load':
        return this.#system.holdLoad(command.held)
      case 'cancel-load':
        return this.#system.cancelLoad()
      case 'leave-out':
        return this.#system.leaveOut(command.deviceId)
      case 'search-hub':
        return this.#set({ hub: { found: await library.search(command.words, tokenOf(command)), listing: null } })
      case 'open-repository': {
        const listing = await library.models(command.repository, tokenOf(command))
        return this.#set({ hub: { ...this.view.hub, listing } })
      }
      case 'close-repository':
        return this.#set({ hub: { ...this.view.hub, listing: null } })
      case 'forget-model':
        await library.forget(command.modelId)
        return this.readKept()
      case 'forget-downloads':
        await library.forgetAll()
        return this.readKept()
      case 'show-kept':
        return this.#set({ keptAsked: this.view.keptAsked + 1 })
    }
  }

  /** Works the fit out anew when other devices are here than before. */
  roomChanged({ devices }: RoomView): void {
    const here = devices.flatMap(({ deviceId, profile }) => (profile ? [deviceId] : [])).join()
    if (here === this.#devices) return
    this.#devices = here
    const { fit } = this.view
    if (fit?.fit) void this.#check(fit)
  }

  async readKept(): Promise<void> {
    try {
      this.#set({ kept: await this.#system.library.kept() })
    } catch (error) {
      console.info('This browser does not tell what it keeps for this page.', error)
      this.#set({ kept: null })
    }
  }

  /** Its error is the fit's own: nothing was asked of the room. A newer question takes the place of an older one. */
  async #check(asked: Asked): Promise<void> {
    const question: FitView = { ...asked, fit: null, error: null }
    this.#set({ fit: question })
    const answer = await this.#system.checkFit(asked.model, asked.options).then(
      (fit) => ({ ...question, fit }),
      (error: unknown) => ({ ...question, error: toErrorData(error) }),
    )
    if (this.view.fit === question) this.#set({ fit: answer })
  }

  /** What does not fit is not loaded, so that the model that runs stays. */
  async #load(asked: Asked): Promise<void> {
    this.#last = asked
    const fit = await this.#system.checkFit(asked.model, asked.options)
    this.#set({ fit: fit.fits ? null : { ...asked, fit, error: null } })
    if (!fit.fits) return
    const { model, options } = asked
    const { weights } = options
    const last: LastModel =
      typeof model === 'string'
        ? { kind: 'named', model, ...(weights && { weights }) }
        : { kind: 'file', name: fit.modelId }
    rememberModel(this.#storage, last)
    this.#set({ last })
    await this.#system.loadModel(asked.model, asked.options)
    await this.readKept()
  }

  #set(change: Partial<ModelWorkView>): void {
    this.view = { ...this.view, ...change }
    this.#changed()
  }
}

function askedBy(command: ModelCommand & { kind: 'check-fit' | 'load-model' }): Asked {
  return {
    model: command.model,
    options: { ...tokenOf(command), ...(command.kind === 'load-model' && planned(command)) },
  }
}

function planned({ weights, without }: Pick<LoadOptions, 'weights' | 'without'>): LoadOptions {
  return { ...(weights && { weights }), ...(without !== undefined && { without }) }
}

function tokenOf({ hubToken }: { hubToken?: string }): { hubToken?: string } {
  return hubToken === undefined ? {} : { hubToken }
}
