// Every message between a page and the signaling server, and the server's limits: the one schema that both ends import.
// The server relays sealed strings between members of a room it knows by a hash only; it never needs to understand them.
import * as v from 'valibot'
import { HeadroomError } from '../base/errors.ts'

/** Where the page opens its WebSocket, relative to its own origin. */
export const signalingPath = '/signaling'

/** Where the server gives out the sign of a room, followed by the room's id: a `SignAnswer`. */
export const signsPath = '/signs/'

/** What one server takes. A breach is answered by a `refused` message, then the connection is closed (`unknown-member` leaves it open). */
export const signalingLimits = {
  rooms: 1_000,
  membersPerRoom: 16,
  connections: 4_000,
  /** Of one whole message, as UTF-8. */
  messageBytes: 65_536,
  messagesPerSecond: 50,
  /** How many messages may come at once before `messagesPerSecond` counts: a room's worth of trickled candidates. */
  messageBurst: 400,
  /** Without any message for this long a connection is refused as `idle`; before `join`, `joinTimeoutMs` counts. */
  idleTimeoutMs: 120_000,
  joinTimeoutMs: 10_000,
} as const

/** How often a page sends `ping`; a `pong` that does not come within the same time means that the server is gone. */
export const pingIntervalMs = 25_000

/** Hex SHA-256 that the page makes of the room's secret. */
const RoomId = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'a room id is 64 hex digits'))

/** Given by the server at `joined`, random, new at every join. */
const MemberId = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/, 'a member id is 32 hex digits'))

/** Opaque to the server: base64 or base64url of what the sender sealed. */
const Seal = v.pipe(v.string(), v.minLength(1), v.maxLength(60_000), v.regex(/^[A-Za-z0-9+/_-]+={0,2}$/, 'not base64'))

/** A seal that stands with its room for whoever holds the link and is not in yet: at most 1 KB. */
const Sign = v.pipe(Seal, v.maxLength(1_024))

const IceServer = v.object({
  urls: v.union([v.string(), v.array(v.string())]),
  username: v.exactOptional(v.string()),
  credential: v.exactOptional(v.string()),
})

const ClientMessage = v.variant('kind', [
  v.strictObject({ kind: v.literal('join'), room: RoomId }),
  /** Without `to` it goes to every other member. */
  v.strictObject({ kind: v.literal('send'), to: v.exactOptional(MemberId), seal: Seal }),
  /** Stands while the member that sent it last is in the room. */
  v.strictObject({ kind: v.literal('sign'), seal: Sign }),
  v.strictObject({ kind: v.literal('ping') }),
  v.strictObject({ kind: v.literal('leave') }),
])

const RefusalReason = v.picklist([
  'bad-message',
  'idle',
  'room-full',
  'rooms-full',
  'too-large',
  'too-many-messages',
  'unknown-member',
])

const ServerMessage = v.variant('kind', [
  /** `members` are the others, oldest first. `signs`: the server takes them; one of an older version would refuse the message. */
  v.object({
    kind: v.literal('joined'),
    you: MemberId,
    members: v.array(MemberId),
    iceServers: v.array(IceServer),
    signs: v.exactOptional(v.boolean()),
  }),
  v.object({ kind: v.literal('member-joined'), member: MemberId }),
  v.object({ kind: v.literal('member-left'), member: MemberId }),
  v.object({ kind: v.literal('message'), from: MemberId, seal: Seal }),
  v.object({ kind: v.literal('pong') }),
  /** `message` is for people. `member` is set for `unknown-member` alone. */
  v.object({
    kind: v.literal('refused'),
    reason: RefusalReason,
    message: v.pipe(v.string(), v.maxLength(1_000)),
    member: v.exactOptional(MemberId),
  }),
])

/** null: no such room, or one without a sign. */
const SignAnswer = v.object({ seal: v.nullable(Sign) })

/** What the page asks the server that served it, at `GET /config.json`. */
const ServerConfig = v.object({
  version: v.string(),
  /** Addresses that other devices can open, one a network interface; empty when the server listens on loopback alone. */
  lanUrls: v.array(v.object({ name: v.string(), url: v.string() })),
  iceServers: v.array(IceServer),
  /** Id in `/models/index.json`, or null when the server has no model. */
  defaultModel: v.nullable(v.string()),
  /** Where a model named `owner/name` is fetched from, with `/` at its end; null: the page may fetch from this server alone. */
  hubUrl: v.nullable(v.string()),
  /** Is the certificate of `lanUrls` one that the server made itself? Browsers then warn, and refuse the service worker. */
  selfSigned: v.boolean(),
})

export type IceServer = v.InferOutput<typeof IceServer>
export type ClientMessage = v.InferOutput<typeof ClientMessage>
export type ServerMessage = v.InferOutput<typeof ServerMessage>
export type RefusalReason = v.InferOutput<typeof RefusalReason>
export type SignAnswer = v.InferOutput<typeof SignAnswer>
export type ServerConfig = v.InferOutput<typeof ServerConfig>

/** Throws `bad-message` for anything that is not a message of a client; `data` is a WebSocket text message. */
export function parseClientMessage(data: unknown): ClientMessage {
  return parse(ClientMessage, data, 'The page sent')
}

/** Throws `bad-message` for anything that is not a message of the server; `data` is a WebSocket text message. */
export function parseServerMessage(data: unknown): ServerMessage {
  return parse(ServerMessage, data, 'The signaling server sent')
}

/** Throws `bad-message`; `data` is the text of `/config.json`. */
export function parseServerConfig(data: unknown): ServerConfig {
  return parse(ServerConfig, data, 'The server gave')
}

/** Throws `bad-message`; `data` is the text of `/signs/<room>`. */
export function parseSignAnswer(data: unknown): SignAnswer {
  return parse(SignAnswer, data, 'The server gave')
}

/** Is it how the server knows a room? */
export function isRoomId(text: string): boolean {
  return v.is(RoomId, text)
}

function parse<Schema extends v.GenericSchema>(schema: Schema, data: unknown, who: string): v.InferOutput<Schema> {
  if (typeof data !== 'string') throw new HeadroomError('bad-message', `${who} a message that is not text.`)
  let json: unknown
  try {
    json = JSON.parse(data)
  } catch (cause) {
    throw new HeadroomError('bad-message', `${who} ${data.length} characters that are not JSON.`, { cause })
  }
  const result = v.safeParse(schema, json)
  if (result.success) return result.output
  const [issue] = result.issues
  const path = v.getDotPath(issue)
  throw new HeadroomError(
    'bad-message',
    `${who} a message outside the protocol: ${path ? `${path}: ` : ''}${issue.message}`,
  )
}
