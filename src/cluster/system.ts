// The one object that a page or a program holds: this device's engine, the room it is in, and the model that runs over the room.
import { Emitter } from '../base/emitter.ts'
import { HeadroomError } from '../base/errors.ts'
import { createRoomSecret, parseRoomLink } from '../net/room-link.ts'
import type { ServerConfig } from '../net/signaling-protocol.ts'
import type { DeviceProfile } from '../plan/device-profile.ts'
import { MobileTensorParallelismCoordinator } from './coordinator.ts'
import type { Encoding } from './encoding.ts'
import {
  answerFigures,
  type ChatAnswer,
  type ChatRequest,
  type InferenceRequest,
  type InferenceResult,
} from './inference-request.ts'
import { fetchServerConfig, listModels, type WantedModel } from './model-catalogue.ts'
import { ModelLibrary } from './model-library.ts'
import { type LoadOptions, ModelRequests } from './model-requests.ts'
import { type OwnDevice, openDevice, watchingDevice } from './own-device.ts'
import { engineRank } from './rank-port.ts'
import type { RemoteRank } from './remote-rank.ts'
import type { RoomFit } from './room-fit.ts'
import { fetchConnections, RoomPlace } from './room-place.ts'
import type { RoomSign } from './room-sign.ts'
import type { RoomTalk } from './room-talk.ts'
import { guestView, leaderView, lobbyView, withDeviceNotices } from './room-view.ts'
import type { CatalogueModel, RoomView } from './session-state.ts'
import { type SurveyedDevice, SurveyTurns } from './survey-turns.ts'
import { type SystemOptions, withDefaults } from './system-options.ts'
import { leadsRoom } from './tab-memory.ts'

/** How often live figures (round trips) are read. */
const refreshMs = 1000

export class MobileTensorParallelismSystem extends Emitter<{ change: RoomView }> {
  /** Models that are not loaded: a hub's, and what is kept on this device. */
  readonly library: ModelLibrary
  readonly #options: Required<SystemOptions>
  #device: OwnDevice | null = null
  #coordinator: MobileTensorParallelismCoordinator | null = null
  readonly #surveys = new SurveyTurns(() => this.#surveyed())
  readonly #place: RoomPlace
  #initializing: Promise<OwnDevice> | null = null
  #requests: ModelRequests | null = null
  #view: RoomView | null = null
  #refreshTimer: ReturnType<typeof setInterval> | undefined

  constructor(options: SystemOptions = {}) {
    super()
    this.#options = withDefaults(options)
    this.library = new ModelLibrary(this.#options.serverUrl)
    this.#place = new RoomPlace(this.#options.serverUrl)
    this.#place.on('change', () => this.#changed())
  }

  /** The room as it is now: a new object after each `change`. */
  get view(): RoomView {
    this.#view ??= this.#buildView()
    return this.#view
  }

  /** Starts the engine worker and measures this device, in under two seconds. Throws `no-executor`. */
  async initialize(): Promise<DeviceProfile> {
    this.#initializing ??= this.#start()
    return (await this.#initializing).profile
  }

  serverConfig(): Promise<ServerConfig> {
    return fetchServerConfig(this.#options.serverUrl)
  }

  listModels(): Promise<CatalogueModel[]> {
    return listModels(this.#options.serverUrl)
  }

  /** Opens a room that this device leads; resolves with its link. `baseUrl` is the page's address as guests reach it. */
  async startRoom(baseUrl = this.#options.serverUrl, secret = createRoomSecret()): Promise<string> {
    await this.initialize()
    const { device, coordinator } = this.#ready()
    this.#surveys.update(true)
    return this.#place.lead(device, coordinator, baseUrl, secret)
  }

  /**
   * Joins as a guest, or, after a reload, as the leader that this tab was. With `watch` it takes no share: it reads
   * along and asks, as a device that cannot compute. Throws `bad-link`, `room-full`, `peer-unreachable`, `signaling-down`, `no-executor`.
   */
  async joinRoom(link: string, { watch = false }: { watch?: boolean } = {}): Promise<void> {
    const secret = parseRoomLink(link)
    if (watch) return this.#place.follow(await watchingDevice(), link, secret)
    if (leadsRoom(secret)) {
      await this.startRoom(link.split('#')[0], secret)
      return
    }
    await this.initialize()
    this.#surveys.update(true)
    const { device } = this.#ready()
    await this.#place.follow({ deviceId: device.deviceId, name: device.profile.name, device }, link, secret)
  }

  /** What the room of `link` says of itself before it is joined; null where it says nothing. Throws `bad-link`, `signaling-down`, `bad-message`. */
  async readSign(link: string): Promise<RoomSign | null> {
    const { readSign } = await import('./read-sign.ts')
    return readSign(this.#options.serverUrl, parseRoomLink(link))
  }

  /** The questions of a room, and the conversation that its guests read. */
  get talk(): RoomTalk {
    return this.#place.talk
  }

  /** Guests only: a paused device stays in the room without a share, from the next plan on. Throws `bad-input` elsewhere. */
  setPaused(paused: boolean): void {
    if (!this.#place.guest) throw new HeadroomError('bad-input', 'Only a guest can pause its device.')
    this.#place.guest.setPaused(paused)
  }

  /** Where the signaling server is gone (`view.signaling`): looks for it at once. Resolves when it answered or did not. */
  tryServer(): Promise<void> {
    return this.#place.tryServer()
  }

  /** A guest leaves; a leader ends the room for everybody. */
  leave(): Promise<void> {
    return this.#place.leave()
  }

  /** Leader only. Throws `bad-input` for a device that is not in the room. */
  async removeDevice(deviceId: string): Promise<void> {
    if (!this.#place.leader) throw new HeadroomError('bad-input', 'Only the leader of a room can remove devices.')
    await this.#place.leader.remove(deviceId)
  }

  /**
   * Plans and loads a model over the room: an id of the server's, a hub's `owner/name` (`hubToken` opens a gated one), an address, or files of
   * this device. What only this device can read it gives to the others, to each its slices.
   */
  async loadModel(model: WantedModel, options: LoadOptions = {}): Promise<void> {
    await (await this.#leading()).load(model, options)
  }

  /** What would come of `loadModel` now: whether the room holds it, and how fast it would be. Reads headers alone; what runs goes on. */
  async checkFit(model: WantedModel, options: LoadOptions = {}): Promise<RoomFit> {
    const rttMs = (id: string) => this.view.devices.find(({ deviceId }) => deviceId === id)?.rttMs ?? null
    return (await this.#leading()).checkFit(model, options, rttMs)
  }

  /** Lets a running load fetch nothing more, or go on, on every device; what is under way still arrives. */
  holdLoad(held: boolean): void {
    this.#coordinator?.holdLoad(held)
  }

  /** The room goes on without a device, which stays connected, until a model is loaded again. */
  leaveOut(deviceId: string): void {
    this.#coordinator?.leaveOut(deviceId)
  }

  /** Ends a running load; what was downloaded stays cached. */
  cancelLoad(): void {
    this.#coordinator?.cancelLoad()
  }

  /** Answers a conversation with the loaded model; aborting resolves with what there is. */
  async chat({ messages, ...options }: ChatRequest): Promise<ChatAnswer> {
    const result = await this.#ready().requests.infer({ messages }, options)
    return { ...result, figures: answerFigures(result) }
  }

  /**
   * Embeds texts with the loaded encoder, in order: `embedding` is pooled as the model's own files say. Throws `bad-input` where the model
   * generates text instead.
   */
  embed(texts: readonly string[], { signal }: { signal?: AbortSignal } = {}): Promise<Encoding[]> {
    const inputs = texts.map((text) => ({ text }))
    return this.#ready().requests.encode({ inputs, maskCandidates: 0, hidden: false, logits: false }, signal)
  }

  /**
   * The likeliest words for the one mask in `text` (`view.model.encoder.maskText`), best first in `candidates`. Throws `bad-input` for no mask or
   * several, and for a model without a masked-language head.
   */
  async fillMask(
    text: string,
    { count = 5, signal }: { count?: number; signal?: AbortSignal } = {},
  ): Promise<Encoding> {
    const request = { inputs: [{ text }], maskCandidates: count, hidden: false, logits: false }
    const [encoding] = await this.#ready().requests.encode(request, signal)
    return encoding!
  }

  /** Loads `model` over `devices` unless it is there already, then answers; an encoder's answer is the input's embedding and hidden states. */
  async processInference(request: InferenceRequest): Promise<InferenceResult> {
    const requests = await this.#leading()
    return requests.process(
      request,
      this.#serving().map(({ deviceId }) => deviceId),
    )
  }

  async close(): Promise<void> {
    await this.#initializing?.catch(() => undefined) // One that failed has closed its engine.
    await this.leave()
    this.#surveys.close()
    this.#requests?.close()
    this.#device?.close()
    clearInterval(this.#refreshTimer)
    this.clear()
  }

  async #start(): Promise<OwnDevice> {
    const { serverUrl } = this.#options
    try {
      await fetchConnections()
      this.#device = await openDevice(this.#options)
    } catch (error) {
      this.#initializing = null
      throw error
    }
    const device = this.#device
    const { engine } = device
    this.#coordinator = new MobileTensorParallelismCoordinator(
      engine,
      engineRank(engine, device, { baseUrl: serverUrl, leaderId: device.deviceId }),
      this.#options,
    )
    this.#requests = new ModelRequests({ ...this.#options, device: this.#device, coordinator: this.#coordinator })
    this.#coordinator.on('change', () => this.#changed())
    this.#device.on('change', () => this.#changed())
    this.#refreshTimer = setInterval(() => this.#place.isInside && this.#changed(), refreshMs)
    this.#changed()
    return this.#device
  }

  #ready(): { device: OwnDevice; coordinator: MobileTensorParallelismCoordinator; requests: ModelRequests } {
    if (!this.#device || !this.#coordinator || !this.#requests)
      throw new HeadroomError('bad-input', 'Call initialize() first.')
    return { device: this.#device, coordinator: this.#coordinator, requests: this.#requests }
  }

  /** Throws `bad-input` on a guest: its leader loads models. */
  async #leading(): Promise<ModelRequests> {
    await this.initialize()
    if (this.#place.guest) throw new HeadroomError('bad-input', 'Only the leader of a room can load a model.')
    return this.#ready().requests
  }

  /** Who measures itself when this device says so: a guest waits for its leader's word. */
  #surveyed(): SurveyedDevice[] {
    if (!this.#device || this.#place.guest) return []
    return [this.#device, ...this.#serving()]
  }

  /** Guests that take shares. */
  #serving(): RemoteRank[] {
    const guests = this.#place.leader?.guests ?? []
    return guests.flatMap(({ rank, presence }) => (rank && presence === 'serving' ? [rank] : []))
  }

  #buildView(): RoomView {
    const { frame, leader, guest } = this.#place
    const [profile, coordinator] = [this.#device?.profile ?? null, this.#coordinator]
    if (profile && coordinator && leader) return withDeviceNotices(leaderView(frame, profile, coordinator, leader))
    if (guest) return withDeviceNotices(guestView(frame, guest))
    return withDeviceNotices(lobbyView(frame, profile, coordinator))
  }

  #changed(): void {
    this.#view = null
    this.#surveys.update(['loading', 'generating', 'recovering'].includes(this.#coordinator?.state.kind ?? 'lobby'))
    this.emit('change', this.view)
  }
}
