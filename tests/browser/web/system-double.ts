// Stands where the engine is, for tests of the page alone: it answers at once, with what the test says, and remembers what it was asked.
import { Emitter } from '../../../src/base/emitter.ts'
import {
  type ChatAnswer,
  type Encoding,
  type FoundRepository,
  HeadroomError,
  type HubModel,
  type KeptModel,
  type RoomFit,
  type RoomSign,
  RoomTalk,
  type RoomView,
  type WantedModel,
} from '../../../src/index.ts'
import type { System } from '../../../web/room-controller.ts'
import { link, profile, readyView, roomFit, roomView, tokenRecord } from './page-support.ts'

const outside = roomView({ role: null, link: null, signaling: 'off', devices: [] })

export class SystemDouble extends Emitter<{ change: RoomView }> implements System {
  view: RoomView = outside
  readonly asked: string[] = []
  /** What the next call of these fails with. */
  fails: Partial<Record<'joinRoom' | 'startRoom' | 'loadModel' | 'chat' | 'embed', HeadroomError>> = {}
  /** The pieces of the next answer. */
  answer: readonly string[] = ['Hello', ' there']
  /** Awaited before each of them. */
  pause: () => Promise<unknown> = () => new Promise((resolve) => setTimeout(resolve))
  kept: readonly KeptModel[] = [
    { modelId: 'small', byteLength: 52_400_000, usedAtMs: Date.UTC(2026, 4, 1) },
    { modelId: 'owner/large', byteLength: 7_600_000, usedAtMs: null },
  ]
  /** Of every model. */
  fit: RoomFit = roomFit
  found: readonly FoundRepository[] = []
  hubModels: readonly HubModel[] = []
  readonly talk = new RoomTalk(() => null)

  constructor() {
    super()
    this.talk.lead({ deviceId: 'laptop', name: 'Laptop, Firefox' })
    this.talk.leader.on('change', () => {
      this.show({ ...this.view, talk: { ...this.view.talk, waiting: this.talk.leader.waiting } })
    })
  }

  show(view: RoomView): void {
    this.view = view
    this.emit('change', view)
  }

  async initialize() {
    return profile
  }

  async serverConfig() {
    const lanUrls = [{ name: 'wlan0', url: 'https://192.168.1.20:8443/' }]
    return { version: '0.1.0', lanUrls, iceServers: [], defaultModel: 'small', hubUrl: null, selfSigned: true }
  }

  async startRoom(baseUrl?: string) {
    this.#ask('startRoom', baseUrl)
    this.show(roomView())
    return link
  }

  async joinRoom(address: string, { watch }: { watch?: boolean } = {}) {
    this.#ask('joinRoom', `${new URL(address).hash}${watch ? ' watch' : ''}`)
    this.show(roomView({ role: 'guest' }))
  }

  /** Of every room. */
  sign: RoomSign | null = null

  async readSign() {
    return this.sign
  }

  async leave() {
    this.#ask('leave')
    this.show(outside)
  }

  async tryServer() {
    this.#ask('tryServer')
  }

  async removeDevice(deviceId: string) {
    this.#ask('removeDevice', deviceId)
  }

  setPaused(paused: boolean) {
    this.#ask('setPaused', String(paused))
  }

  async listModels() {
    return [{ modelId: 'small', name: 'Small', sizeBytes: 98_000_000, isDefault: true }]
  }

  async loadModel(model: WantedModel, { hubToken }: { hubToken?: string } = {}) {
    this.#ask('loadModel', [String(model), ...(hubToken === undefined ? [] : [hubToken])].join(' '))
    this.show(readyView)
  }

  async checkFit(model: WantedModel) {
    return { ...this.fit, modelId: String(model) }
  }

  holdLoad(held: boolean) {
    this.#ask('holdLoad', String(held))
  }

  leaveOut(deviceId: string) {
    this.#ask('leaveOut', deviceId)
  }

  cancelLoad() {
    this.#ask('cancelLoad')
  }

  async chat({ messages, onText, onTokens, signal }: Parameters<System['chat']>[0]): Promise<ChatAnswer> {
    this.#ask('chat', JSON.stringify(messages))
    let text = ''
    for (const piece of this.answer) {
      await this.pause()
      if (signal?.aborted) break
      text += piece
      onText?.(text.slice(text.length - piece.length))
      onTokens?.([tokenRecord({ text: piece })])
    }
    return {
      promptTokens: [1],
      tokens: [2, 3],
      text,
      stopReason: signal?.aborted ? 'aborted' : 'stop',
      templated: true,
      droppedTurns: 0,
      timings: { timeToFirstTokenMs: 120, stepMs: [50], collectiveMs: [], bytes: 0, rounds: 0 },
      dump: null,
      figures: {
        timeToFirstTokenMs: 120,
        tokensPerSecond: 20,
        tokenCount: 2,
        bytesPerToken: 143_980,
        roundsPerToken: 62,
      },
    }
  }

  /** Of the same length, so that texts are as alike as their letters are many. */
  async embed(texts: readonly string[]) {
    this.#ask('embed', JSON.stringify(texts))
    return texts.map((text) => encoding(Float32Array.of(text.length, 10)))
  }

  async fillMask(text: string) {
    this.#ask('fillMask', text)
    const candidates = ['stars', 'clouds'].map((word, token) => ({
      token,
      text: word,
      probability: 0.75 / (1 + 2 * token),
    }))
    return { ...encoding(new Float32Array(2)), candidates }
  }

  readonly library = {
    search: async (words: string) => {
      this.#ask('search', words)
      return [...this.found]
    },
    models: async (repository: string) => {
      this.#ask('models', repository)
      return { repository, license: 'mit', models: this.hubModels }
    },
    kept: async () => ({ models: this.kept, usedBytes: 60_000_000, quotaBytes: 1_000_000_000 }),
    forget: async (modelId: string | null) => {
      this.#ask('forget', String(modelId))
      this.kept = this.kept.filter((model) => model.modelId !== modelId)
    },
    forgetAll: async () => {
      this.#ask('forgetAll')
      this.kept = []
    },
  }

  #ask(call: string, argument?: string): void {
    this.asked.push(argument === undefined ? call : `${call} ${argument}`)
    const error = this.fails[call as keyof typeof this.fails]
    if (!error) return
    this.fails = {}
    throw error
  }
}

function encoding(embedding: Float32Array): Encoding {
  const timings = { encodeMs: 3, collectiveMs: [], bytes: 0, rounds: 0 }
  const nothing = { hidden: null, logits: null, candidates: null }
  return { tokens: [1], attentionMask: [1], truncatedTokens: 0, embedding, ...nothing, timings }
}

export function failure(code: HeadroomError['code'], message: string): HeadroomError {
  return new HeadroomError(code, message)
}
