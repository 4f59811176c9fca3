// What the main thread and a tab's engine worker say to each other. Comlink carries the calls; every argument is plain data, a
// transferred port, or a proxied callback.

import type { ErrorData } from '../base/errors.ts'
import type { WireFormat } from '../collective/collective.ts'
import type { RememberedSpeeds } from '../device/speed-memory.ts'
import type { ServedToken } from '../engine/member.ts'
import type { ChatMessage } from '../model/chat-template.ts'
import type { ModelConfig } from '../model/config.ts'
import type { SamplingOptions } from '../model/sampling.ts'
import type { SamplingDefaults } from '../model/sampling-defaults.ts'
import type { LaneEndpoint } from '../net/lane-endpoint.ts'
import type { ChannelUse } from '../net/peer-link.ts'
import type {
  Battery,
  DeviceProfile,
  ExecutorKind,
  ExecutorPair,
  ExecutorTurn,
  ExecutorUse,
  ExecutorWish,
} from '../plan/device-profile.ts'
import type { Shard, ShardPlan } from '../plan/shard-plan.ts'
import type { Verification } from '../weights/byte-source.ts'
import type { WeightWish } from '../weights/convert.ts'
import type { ModelManifest } from '../weights/manifest.ts'
import type { KeptFile } from '../weights/whole-models.ts'
import type { EncodeRequest, EncoderAbilities, EncoderInput, Encoding } from './encoding.ts'
import type { LoadProgress } from './session-state.ts'
import type { AnswerPiece } from './token-record.ts'

/** A file of this device. The path is its own because a File loses its place in the picked folder on the way to a worker. */
export interface LocalFile {
  /** With the picked or dropped folder, with `/` between parts. */
  path: string
  file: File
}

/**
 * Where the leader finds a model: files of our mirror (paths below `/models/`), any server with Range, files opened on this device, or
 * random weights of a shape, which every device makes itself.
 * `token` goes to the files' own servers and nowhere else: other devices get such files from this one.
 */
export type ModelSource =
  | { kind: 'mirror'; modelId: string; baseUrl: string; paths: readonly string[] }
  | { kind: 'http'; modelId: string; files: readonly { path: string; url: string }[]; token: string | null }
  | { kind: 'kept'; modelId: string; files: readonly KeptFile[] }
  | { kind: 'files'; modelId: string; files: readonly LocalFile[] }
  | { kind: 'generated'; modelId: string; config: unknown; seed: number }

/** What the leader knows once the headers are read. */
export interface OpenedModel {
  modelId: string
  manifest: ModelManifest
  config: ModelConfig
  hasTokenizer: boolean
  hasTemplate: boolean
  /** What it does besides, or instead of, generating; null for models that generate. */
  encoder: EncoderAbilities | null
  sampling: SamplingDefaults
  verified: Verification
}

/** What a plan is made of. */
export type InspectedModel = Pick<OpenedModel, 'modelId' | 'manifest' | 'config'>

export interface LoadRequest {
  manifest: ModelManifest
  shard: Shard
  weights: WeightWish
  executor: ExecutorKind
  /** Used instead where the share fits `memoryBytes` in both. */
  pair?: ExecutorPair | undefined
  /** What else was measured on this device, and is turned to where `executor` refuses the share. */
  others: readonly ExecutorKind[]
  threads: number
  /** That this device's share is planned for. */
  memoryBytes: number
  /** Where this device reaches `/models/`. */
  baseUrl: string
  /** Whom to ask for files that were picked on the leader's device. */
  leaderId: string
}

export interface LoadReport {
  executor: ExecutorKind
  /** What prompts are read on, where that is another executor than answers are written on. */
  prompts?: ExecutorKind
  /** Why it is not, where a share that fits was refused; left out where nothing was. */
  refusal?: string
  /** `native:Q4_1+Q8_0`, `f32`, ... */
  weights: string
  weightBytes: number
  downloadedBytes: number
  peakMemoryBytes: number
  /** What the device turned to since an executor of the request failed for good; left out where it computes on what its profile says. */
  turnedTo?: ExecutorTurn
  /** What went wrong without stopping the load, such as a full cache. */
  notices: ErrorData[]
}

export interface StartRequest {
  shard: Shard
  /** The plan's devices in rank order: whose lane is which rank. */
  deviceIds: readonly string[]
  /** Head rows per rank; the leader checks answers by it. */
  vocabulary: ShardPlan['vocabulary']
  wire: WireFormat
}

export type InferenceInput = { messages: readonly ChatMessage[] } | EncoderInput

export interface InferRequest {
  input: InferenceInput
  maxTokens: number
  ignoreEos: boolean
  sampling: Partial<SamplingOptions>
  /** The last message is the assistant's, and the answer goes on where it ends. */
  continues?: boolean
  /** Prompt rows' whole logits and final hidden states too. */
  dump: boolean
}

export interface InferResult {
  promptTokens: number[]
  /** With the stop token. */
  tokens: number[]
  /** Without the stop token; null where the model has no tokenizer. */
  text: string | null
  stopReason: 'stop' | 'length' | 'aborted'
  templated: boolean
  /** Oldest turns that did not fit the context. */
  droppedTurns: number
  timings: InferTimings
  dump: { hidden: Float32Array; logits: Float32Array } | null
}

/** Measured on the leader. */
export interface InferTimings {
  timeToFirstTokenMs: number | null
  /** One entry per generated token after the first. */
  stepMs: number[]
  /** One entry per collective of those steps. */
  collectiveMs: number[]
  /** All ranks together, those steps only. */
  bytes: number
  rounds: number
}

export interface AssessRequest {
  deviceId: string
  name: string
  executor: ExecutorWish
  /** Of the main thread's navigator; workers do not know it. */
  maxTouchPoints: number
  battery: Battery | null
  /** 0: as many as the device is good for. */
  threads: number
  remembered: RememberedSpeeds | null
}

export interface MeasureRequest {
  executor: ExecutorKind
  threads: number
}

/** `Engine.addLane` or `addBulk` for a worker, outside Comlink: what cannot be transferred throws in the task that tries. */
export interface ChannelMessage {
  kind: 'channel'
  use: ChannelUse
  peerId: string
  endpoint: LaneEndpoint
}

/** One tab's engine. Every promise rejects with a `HeadroomError`. */
export interface Engine {
  assess(request: AssessRequest): Promise<DeviceProfile>
  /** An executor's speed; `onFigure` has that of decode so far. For an engine that does nothing else. */
  measure(request: MeasureRequest, onFigure: (weightBytesPerSecond: number) => void): Promise<ExecutorUse>
  /** Leader: reads headers and the tokenizer. */
  openModel(source: ModelSource): Promise<OpenedModel>
  /** Leader: reads headers alone, beside whatever runs; a newer call ends the one before. */
  inspectModel(source: ModelSource): Promise<InspectedModel>
  /** Leader: the opened model's manifest in which files of this device have the ETag that others ask by; the first time they are read whole. Ends the epoch. */
  nameFiles(): Promise<ModelManifest>
  /** Replaces what was loaded before. `onProgress` is called at most ten times a second, and always at the end. */
  load(request: LoadRequest, onProgress: (progress: LoadProgress) => void): Promise<LoadReport>
  /** Lets the running `load` fetch nothing more, or go on; a new `load` begins with going on. */
  holdLoad(held: boolean): void
  /** Takes over one end of a lane; call it with the channel or port in the transfer list, in the task that made it. */
  addLane(peerId: string, endpoint: LaneEndpoint): void
  /** The same for the bulk channel, over which the leader's device gives others what they need of a file that was picked on it. */
  addBulk(peerId: string, endpoint: LaneEndpoint): void
  /** Closes what was added. */
  removePeer(peerId: string): void
  /** Begins an epoch. A member serves from here on; `onServed` tells what tokens took, `onStopped` why it no longer does. */
  start(
    request: StartRequest,
    onStopped: (error: ErrorData) => void,
    onServed?: (tokens: ServedToken[]) => void,
  ): Promise<void>
  /** Leader only, one at a time. */
  infer(request: InferRequest, onPiece: (piece: AnswerPiece) => void): Promise<InferResult>
  /** Goes on with the last `infer`, which an error or a new plan broke off; the result is the whole answer's. */
  goOn(onPiece: (piece: AnswerPiece) => void): Promise<InferResult>
  /** Leader only, one at a time, as `infer`; for models that embed text. */
  encode(request: EncodeRequest): Promise<Encoding[]>
  /** High-water mark of what the loaded executor allocated, KV cache and activations included. */
  peakMemoryBytes(): Promise<number>
  /** Ends the running `measure`, `load`, `infer`, `goOn` or `encode`. */
  cancel(): void
  /** Ends what runs and gives the weights' memory back; lanes and bulk channels stay. */
  unload(): void
  close(): void
}
