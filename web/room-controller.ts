// The bridge between the engine (src/index.ts) and the page: it holds what the components show and carries out their commands.
import type { ReactiveController, ReactiveControllerHost } from 'lit'
import {
  type CatalogueModel,
  type DeviceProfile,
  type ErrorData,
  type MobileTensorParallelismSystem,
  parseRoomLink,
  type RoomSign,
  type RoomView,
  toErrorData,
} from '../src/index.ts'
import { isChatCommand } from './chat/chat-commands.ts'
import { Conversations } from './chat/conversations.ts'
import { isTalkCommand, performTalk } from './chat/talk-commands.ts'
import type { Command } from './commands.ts'
import { EncoderWork } from './encoder-work.ts'
import { type Failure, failureOf, PageRefusal } from './failure.ts'
import { forgetInside, rememberInside, wasInside, wasWatching } from './inside-room.ts'
import { forgetRoom, type KnownRoom, knownRoomOf, knownRooms, rememberRoom } from './known-rooms.ts'
import { isModelCommand } from './models/model-commands.ts'
import { type ModelSystem, ModelWork } from './models/model-work.ts'
import { type Address, reachableAddresses, routeOf } from './room-link.ts'
import { looksLikeWords, secretOfWords } from './room-words.ts'
import { texts } from './texts/texts.ts'

/** What the page needs of the engine. */
export type System = Pick<
  MobileTensorParallelismSystem,
  | 'view'
  | 'on'
  | 'initialize'
  | 'serverConfig'
  | 'startRoom'
  | 'joinRoom'
  | 'readSign'
  | 'leave'
  | 'tryServer'
  | 'removeDevice'
  | 'talk'
  | 'setPaused'
  | 'listModels'
  | 'chat'
  | 'embed'
  | 'fillMask'
> &
  ModelSystem

export class RoomController implements ReactiveController {
  view: RoomView
  readonly conversations: Conversations
  readonly encoderWork: EncoderWork
  readonly modelWork: ModelWork
  profile: DeviceProfile | null = null
  /** null until the server has told. */
  server: { addresses: Address[]; selfSigned: boolean; defaultModel: string | null; hubUrl: string | null } | null =
    null
  models: readonly CatalogueModel[] | null = null
  /** Why the server's models are not known. */
  modelsError: ErrorData | null = null
  failure: Failure | null = null
  /** Why this guest is out of the room that it was in. */
  parted: ErrorData | null = null
  /** What the room of the address says of itself; null where it says nothing, and while this tab is in it. */
  sign: RoomSign | null = null
  /** That this device was in, newest first. */
  rooms: readonly KnownRoom[] = knownRooms(localStorage)
  readonly busy = new Set<Command['kind']>()
  readonly #host: ReactiveControllerHost
  readonly #system: System
  #unsubscribe: (() => void) | null = null
  #joinedAtMs = 0
  /** What was remembered last of the room that this device is in. */
  #noted = ''

  constructor(host: ReactiveControllerHost, system: System) {
    this.#host = host
    this.#system = system
    this.view = system.view
    this.conversations = new Conversations(system, sessionStorage, () => host.requestUpdate())
    this.encoderWork = new EncoderWork(system)
    this.modelWork = new ModelWork(system, localStorage, () => host.requestUpdate())
    host.addController(this)
  }

  hostConnected(): void {
    this.#unsubscribe = this.#system.on('change', (view) => this.#show(view))
    const watch = wasWatching(location.hash) ? { watch: true as const } : {}
    void this.run(this.returning ? { kind: 'join-room', ...watch } : { kind: 'measure' })
    void this.#readServer()
    if (!this.returning) void this.#readSign(location.hash)
    void this.modelWork.readKept()
  }

  hostDisconnected(): void {
    this.#unsubscribe?.()
    this.conversations.close()
  }

  /** Never rejects: what fails is `failure`, with the command to try again. */
  async run(command: Command): Promise<void> {
    if (this.busy.has(command.kind)) return
    this.busy.add(command.kind)
    this.failure = null
    this.#host.requestUpdate()
    try {
      await this.#perform(command)
    } catch (thrown) {
      this.failure = failureOf(command, thrown)
    } finally {
      this.busy.delete(command.kind)
      this.#host.requestUpdate()
    }
  }

  /** Was this tab in the room of its address before it was reloaded, and is not back yet? */
  get returning(): boolean {
    return this.view.role === null && wasInside(location.hash)
  }

  /** What the address should be: a room is left by its button, so while in one its own hash is put back. */
  holdHash(hash: string): string {
    const own = this.view.link === null ? hash : new URL(this.view.link).hash
    if (this.view.role === null || hash === own) {
      void this.#readSign(hash)
      return hash
    }
    history.replaceState(null, '', own)
    this.failure = { command: null, error: null, message: texts.page.stillInRoom }
    this.#host.requestUpdate()
    return own
  }

  async #perform(command: Command): Promise<void> {
    if (isChatCommand(command)) return this.conversations.perform(command)
    if (isTalkCommand(command)) return performTalk(this.#system, command)
    if (isModelCommand(command)) return this.modelWork.perform(command)
    switch (command.kind) {
      case 'measure':
        this.profile = await this.#system.initialize()
        return
      case 'start-room':
        await this.#system.startRoom(this.server?.addresses[0]?.url)
        if (command.model !== undefined) void this.run({ kind: 'load-model', model: command.model })
        return
      case 'open-link': {
        if (looksLikeWords(command.link)) {
          location.hash = `#/room/${await secretOfWords(command.link)}`
          return
        }
        parseRoomLink(command.link)
        const link = new URL(command.link, location.href)
        if (!/^https?:$/.test(link.protocol)) throw new PageRefusal(texts.page.badProtocol)
        if (link.origin === location.origin) location.hash = link.hash
        else location.assign(link)
        return
      }
      case 'join-room':
        this.parted = null
        await this.#system.joinRoom(location.href, { watch: command.watch ?? false })
        if (!command.watch) this.profile = await this.#system.initialize()
        return
      case 'leave-room':
        return this.#leave()
      case 'back-to-start':
        return this.#leave()
      case 'try-server':
        return this.#system.tryServer()
      case 'forget-room':
        return this.#forgetRoom(command.hash)
      case 'remove-device':
        return this.#system.removeDevice(command.deviceId)
      case 'compare-sentences':
        return this.encoderWork.compare(command.sentences)
      case 'fill-mask':
        return this.encoderWork.fillMask(command.text)
    }
  }

  #show(view: RoomView): void {
    const before = this.view
    this.view = view
    const { state } = view
    if (view.role !== null && view.link !== null && view.link !== before.link)
      this.#enter(new URL(view.link).hash, view)
    const leaving = this.busy.has('leave-room') || this.busy.has('back-to-start') || this.busy.has('join-room')
    const news = view.notices.find((notice) => !before.notices.includes(notice))
    if (before.role === 'guest' && view.role === null && !leaving)
      this.#part(news ?? { code: 'room-ended', message: texts.page.notInRoom })
    else if (this.parted && view.role === null && news) this.parted = news
    if (before.state.kind === 'loading' && state.kind !== 'loading') void this.modelWork.readKept()
    if (view.model?.modelId !== before.model?.modelId) this.encoderWork.clear()
    this.modelWork.roomChanged(view)
    this.#noteRoom(view)
    this.#host.requestUpdate()
  }

  #enter(hash: string, { devices }: RoomView): void {
    this.parted = null
    this.#joinedAtMs = Date.now()
    rememberInside(
      hash,
      devices.some(({ isSelf, presence }) => isSelf && presence === 'watching'),
    )
    location.hash = hash
  }

  /** Views come every second: what is new of the room is written, once. */
  #noteRoom(view: RoomView): void {
    const { last } = this.modelWork.view
    const room = knownRoomOf(view, this.#joinedAtMs, last?.kind === 'named' ? last.model : null)
    const noted = JSON.stringify(room)
    if (noted === this.#noted) return
    this.#noted = noted
    if (!room) return
    rememberRoom(localStorage, room)
    this.rooms = knownRooms(localStorage)
  }

  #forgetRoom(hash: string): void {
    forgetRoom(localStorage, hash)
    this.rooms = knownRooms(localStorage)
  }

  #part(why: ErrorData): void {
    this.parted = why
    if (why.code === 'room-ended') this.#forgetRoom(location.hash)
    forgetInside()
  }

  async #leave(): Promise<void> {
    if (this.view.role) await this.#system.leave()
    forgetInside()
    this.parted = null
    location.hash = '#/'
  }

  /** Joining does without it: what there is to know is then shown in the room. */
  async #readSign(hash: string): Promise<void> {
    this.sign = null
    if (this.view.role !== null || routeOf(hash).kind !== 'room') return
    try {
      const sign = await this.#system.readSign(hash)
      if (location.hash === hash) this.sign = sign
    } catch (error) {
      console.info('The room’s sign cannot be read.', error)
    }
    this.#host.requestUpdate()
  }

  async #readServer(): Promise<void> {
    const models = this.#readModels()
    try {
      const { lanUrls, ...server } = await this.#system.serverConfig()
      this.server = { ...server, addresses: reachableAddresses(new URL(location.href), lanUrls) }
    } catch (error) {
      console.info('No server: what the page itself brings works.', error)
    }
    this.#host.requestUpdate()
    await models
    this.#host.requestUpdate()
  }

  async #readModels(): Promise<void> {
    try {
      this.models = await this.#system.listModels()
    } catch (error) {
      this.modelsError = toErrorData(error)
    }
  }
}
