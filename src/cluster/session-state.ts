// What a room looks like at one moment, as plain data: the page renders it, scripts read it.
import { type ErrorData, fromErrorData, HeadroomError } from '../base/errors.ts'
import type { Range } from '../base/ranges.ts'
import type { WireFormat } from '../collective/collective.ts'
import type { SamplingDefaults } from '../model/sampling-defaults.ts'
import type { DeviceProfile } from '../plan/device-profile.ts'
import type { ShardPlan } from '../plan/shard-plan.ts'
import type { Verification } from '../weights/byte-source.ts'
import type { EncoderAbilities } from './encoding.ts'
import type { LoadReport } from './engine-protocol.ts'
import type { DeclinedQuestion } from './guest-talk.ts'
import type { ServedTotal, StepFigures } from './recent-steps.ts'
import type { SharedTurn, WaitingQuestion } from './talk-protocol.ts'

/** The life of a session: what the room is doing now. */
export type SessionState =
  /** No model yet, or not all devices hold their share. */
  | { kind: 'lobby' }
  /** Planning and loading; while it is paused no device fetches anything new. */
  | { kind: 'loading'; modelId: string; paused?: true }
  | { kind: 'ready'; modelId: string }
  | { kind: 'generating'; modelId: string }
  /** A member vanished; the room plans and loads again without it. */
  | { kind: 'recovering'; modelId: string; error: ErrorData }
  /** Nothing more will happen by itself; the error says what to do. */
  | { kind: 'failed'; error: ErrorData }

export function loadingState(modelId: string, paused: boolean): SessionState {
  return paused ? { kind: 'loading', modelId, paused } : { kind: 'loading', modelId }
}

/** The model that can be asked. Throws what is in the way. */
export function readyModel(state: SessionState): string {
  if (state.kind === 'ready') return state.modelId
  if (state.kind === 'failed') throw fromErrorData(state.error)
  throw new HeadroomError('bad-input', 'No model is loaded. Choose a model and load it first.')
}

/** What one rank holds of every layer; null where layers differ. */
export interface Holding {
  rank: number
  /** Layers of which it holds a part. */
  layers: number
  queryHeads: Range | null
  kvHeads: Range | null
  ffn: Range | null
  vocabulary: Range
  weightBytes: number
}

export interface LoadProgress {
  /** Bytes of the share that are in place, and of the whole share, as in the file. */
  loadedBytes: number
  totalBytes: number
  /** Of those, how many came over the network; the rest was in this device's cache. */
  downloadedBytes: number
  /** A GPU's kernels, while they are compiled; left out where there are none, and when all are ready. */
  kernels?: { ready: number; all: number }
}

/** `serving`: it takes a share. `paused`: its person wants none for now. `watching`: it cannot compute; it reads along and asks. */
export type Presence = 'serving' | 'paused' | 'watching'

/** The conversation as a guest reads it, and the questions that wait for the leader's model. */
export interface TalkView {
  /** On a guest, oldest first; the leader's page knows its own. */
  turns: readonly SharedTurn[]
  /** Next first. */
  waiting: readonly WaitingQuestion[]
  /** A question of this guest that will not be answered, until it asks again; null otherwise. */
  declined: DeclinedQuestion | null
  /** Can this device ask now? */
  canAsk: boolean
}

export interface DeviceView {
  deviceId: string
  presence: Presence
  isLeader: boolean
  isSelf: boolean
  /** For people; null until the device has said so. */
  name: string | null
  connection: 'connecting' | 'connected' | 'lost'
  /** null until the device has measured itself, of one that watches, and for the leader on a guest's page. */
  profile: DeviceProfile | null
  rttMs: number | null
  /** Its place in the plan, held or on its way; null where it has none, and in a room that failed. */
  holding: Holding | null
  progress: LoadProgress | null
  /** What the device said when its share was in place; null before. */
  report: LoadReport | null
  /** Why the device was left out of the plan; null where nothing is wrong. */
  error: ErrorData | null
}

/** One model somebody could load. */
export interface CatalogueModel {
  modelId: string
  name: string
  sizeBytes: number
  isDefault: boolean
}

/** Figures of the last answer, all measured on the leader. */
export interface AnswerFigures {
  timeToFirstTokenMs: number | null
  tokensPerSecond: number | null
  tokenCount: number
  /** Of all tokens after the first, which has the prompt before it; null where there are none. */
  bytesPerToken: number | null
  roundsPerToken: number | null
}

export interface ModelView {
  modelId: string
  family: string
  /** Positions that the plan holds. */
  contextLength: number
  hasTemplate: boolean
  /** What a model that embeds text can do; null for models that generate it. */
  encoder: EncoderAbilities | null
  /** How its makers mean it to be sampled, as far as its files say; the engine itself is greedy unless asked otherwise. */
  sampling: SamplingDefaults
  verified: Verification
}

export interface RoomView {
  role: 'leader' | 'guest' | null
  /** The invitation, with the secret in its fragment; null outside a room. */
  link: string | null
  /** False while the signaling server is out of reach; devices already connected stay so. */
  signaling: 'connected' | 'reconnecting' | 'off'
  state: SessionState
  devices: readonly DeviceView[]
  plan: ShardPlan | null
  model: ModelView | null
  /** How partial sums travel in this plan. */
  wire: WireFormat | null
  /** What the last tokens took, oldest first; read about once a second. */
  steps: readonly StepFigures[]
  /** On a guest's page what this device has done since it joined; null elsewhere. */
  served: ServedTotal | null
  /** Things people should know that stop nothing: storage full, downloads not verifiable, guests that could not be reached. */
  notices: readonly ErrorData[]
  talk: TalkView
}
