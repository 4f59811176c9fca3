// What leader and members tell each other on the control channel: the one schema that both ends import. Bulk numbers never travel
// here: they take the lane.
import * as v from 'valibot'
import { type ErrorCode, type ErrorData, HeadroomError } from '../base/errors.ts'
import { EXECUTOR_KINDS } from '../plan/device-profile.ts'
import { askMessage, declinedMessage, deviceName, talkMessage, withdrawMessage } from './talk-protocol.ts'

/** Raised whenever two versions could no longer talk; pages of different versions refuse each other in words. */
export const protocolVersion = 7

/** Longer words are cut before they are sent (`fitting`). */
const maxTextLength = 2000

/** What a load report may bring. */
export const maxNotices = 20

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
/** Far beyond any device, and small enough to be added up. */
const figure = v.pipe(v.number(), v.minValue(1), v.maxValue(2 ** 50))
const text = v.pipe(v.string(), v.maxLength(maxTextLength))
const deviceId = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/))
const executor = v.picklist(EXECUTOR_KINDS)
const range = v.pipe(
  v.object({ start: count, end: count }),
  v.check(({ start, end }) => start <= end, 'a range ends before it starts'),
)

const milliseconds = v.pipe(v.number(), v.minValue(0), v.maxValue(1e6))
const phases = v.object({ prefillBytesPerSecond: figure, readbackMs: milliseconds, startMs: milliseconds })
const backend = v.pipe(v.string(), v.maxLength(200))
const executorSpeeds = v.pipe(
  v.array(
    v.object({
      executor,
      weightBytesPerSecond: v.nullable(figure),
      phases: v.nullable(phases),
      backend: v.nullable(backend),
      why: v.nullable(text),
    }),
  ),
  v.maxLength(EXECUTOR_KINDS.length),
  v.readonly(),
)

const executorUse = v.object({
  executor,
  weightBytesPerSecond: figure,
  phases: v.nullable(phases),
  backend,
})

const executorPair = v.object({ prefill: executor, decode: executor, promptTokens: v.pipe(count, v.minValue(1)) })

const profileSchema = v.object({
  ...executorUse.entries,
  pair: v.exactOptional(executorPair),
  forced: v.exactOptional(v.literal(true)),
  deviceId,
  name: deviceName,
  memoryBytes: figure,
  cores: v.pipe(count, v.minValue(1)),
  threads: v.pipe(count, v.minValue(1), v.maxValue(64)),
  battery: v.nullable(v.object({ level: v.pipe(v.number(), v.minValue(0), v.maxValue(1)), charging: v.boolean() })),
  otherExecutors: executorSpeeds,
})

const hold = v.picklist(['split', 'replicated', 'single'])
const shardSchema = v.object({
  rank: v.pipe(count, v.maxValue(255)),
  worldSize: v.pipe(count, v.minValue(1), v.maxValue(256)),
  epoch: count,
  contextLength: v.pipe(count, v.minValue(1)),
  vocabulary: range,
  sublayers: v.pipe(
    v.array(
      v.variant('kind', [
        v.object({ kind: v.literal('attention'), layer: count, hold, queryHeads: range, kvHeads: range }),
        v.object({ kind: v.literal('feedForward'), layer: count, hold, ffn: range }),
      ]),
    ),
    v.maxLength(2000),
    v.readonly(),
  ),
})

const error = v.object({ code: v.pipe(v.string(), v.maxLength(40)), message: text })
const progress = v.object({
  loadedBytes: count,
  totalBytes: count,
  downloadedBytes: count,
  kernels: v.exactOptional(v.object({ ready: count, all: count })),
})

const model = { modelId: text }
const roomState = v.variant('kind', [
  v.object({ kind: v.literal('lobby') }),
  v.object({ kind: v.literal('loading'), ...model, paused: v.exactOptional(v.literal(true)) }),
  v.object({ kind: v.literal('ready'), ...model }),
  v.object({ kind: v.literal('generating'), ...model }),
  v.object({ kind: v.literal('recovering'), ...model, error }),
  v.object({ kind: v.literal('failed'), error }),
])

const leaderMessage = v.variant('kind', [
  /** `name` is the leader's device in people's words. */
  v.object({ kind: v.literal('welcome'), version: count, name: v.exactOptional(deviceName) }),
  /** What the device is called in this room, where another one calls itself the same. */
  v.object({ kind: v.literal('named'), name: deviceName }),
  /** `manifest` is parsed by weights/, which knows its bounds; `executor` and `pair` are what the plan counts with, of what the device has measured. */
  v.object({
    kind: v.literal('load'),
    modelName: text,
    manifest: v.unknown(),
    shard: shardSchema,
    weights: v.picklist(['auto', 'f32', 'f16', 'int8', 'int4']),
    executor,
    pair: v.exactOptional(executorPair),
  }),
  v.object({
    kind: v.literal('start'),
    shard: shardSchema,
    deviceIds: v.pipe(v.array(deviceId), v.maxLength(256), v.readonly()),
    vocabulary: v.pipe(v.array(range), v.maxLength(256), v.readonly()),
    wire: v.picklist(['f32', 'f16', 'int8']),
  }),
  /** It is this device's turn to measure the executors that it does not use, and the end of the turn. */
  v.object({ kind: v.literal('survey') }),
  v.object({ kind: v.literal('survey-stop') }),
  /** How much memory has it taken so far? Answered by `memory`. */
  v.object({ kind: v.literal('memory') }),
  /** What the room is doing, to all; `answers`: its model answers questions. */
  v.object({ kind: v.literal('room'), state: roomState, answers: v.boolean() }),
  /** The device has no share in the plan any more. */
  v.object({ kind: v.literal('rest') }),
  talkMessage,
  declinedMessage,
  /** Fetch nothing more of the running load, or go on. */
  v.object({ kind: v.literal('hold-load'), held: v.boolean() }),
  /** Stop loading. */
  v.object({ kind: v.literal('cancel') }),
  v.object({ kind: v.literal('removed') }),
  v.object({ kind: v.literal('ended') }),
])

const memberMessage = v.variant('kind', [
  /** `profile` is null where the device cannot compute: it reads and asks. Other versions may leave the rest out. */
  v.object({
    kind: v.literal('hello'),
    version: count,
    name: v.exactOptional(deviceName),
    profile: v.nullable(profileSchema),
    paused: v.exactOptional(v.boolean()),
  }),
  /** Its person wants no share for it for now, or one again. */
  v.object({ kind: v.literal('pause'), paused: v.boolean() }),
  askMessage,
  withdrawMessage,
  v.object({ kind: v.literal('progress'), epoch: count, progress }),
  v.object({
    kind: v.literal('loaded'),
    epoch: count,
    report: v.object({
      executor,
      prompts: v.exactOptional(executor),
      refusal: v.exactOptional(text),
      weights: v.pipe(v.string(), v.maxLength(80)),
      weightBytes: count,
      downloadedBytes: count,
      peakMemoryBytes: count,
      turnedTo: v.exactOptional(v.object({ ...executorUse.entries, why: text })),
      notices: v.pipe(v.array(error), v.maxLength(maxNotices)),
    }),
  }),
  v.object({ kind: v.literal('started'), epoch: count }),
  v.object({ kind: v.literal('memory'), peakMemoryBytes: count }),
  /** It could not load or run its share. */
  v.object({ kind: v.literal('failed'), epoch: count, error }),
  /** Ends the turn: what is known by now. */
  v.object({ kind: v.literal('surveyed'), otherExecutors: executorSpeeds }),
  v.object({ kind: v.literal('leaving') }),
])

export type LeaderMessage = v.InferOutput<typeof leaderMessage>
export type MemberMessage = v.InferOutput<typeof memberMessage>

/** Throws `bad-message` naming the field that is wrong. */
export function parseLeaderMessage(data: unknown): LeaderMessage {
  return parse(leaderMessage, data, 'leader')
}

/** Throws `bad-message` naming the field that is wrong. */
export function parseMemberMessage(data: unknown): MemberMessage {
  return parse(memberMessage, data, 'device')
}

/** An error in a length that the other side takes. */
export function fitting({ code, message }: ErrorData): ErrorData {
  return { code, message: message.slice(0, maxTextLength) }
}

/** Error data of a peer, which may use a code this version does not know. */
export function fromPeerError({ code, message }: { code: string; message: string }): HeadroomError {
  return new HeadroomError(code as ErrorCode, message)
}

function parse<Schema extends v.GenericSchema>(schema: Schema, data: unknown, who: string): v.InferOutput<Schema> {
  const result = v.safeParse(schema, data, { abortEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  const where = `${v.getDotPath(issue) ?? 'message'}: ${issue.message.slice(0, 200)}`
  throw new HeadroomError(
    'bad-message',
    `The ${who} sent a message that this version does not understand (${where}). Reload both pages.`,
  )
}
