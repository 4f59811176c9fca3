// What leader and guests tell each other of the conversation: how it stands on the leader's page, as far as a guest lacks it, and the
// questions that wait for an answer. The orders of computing are in control-protocol.ts.
import * as v from 'valibot'

/** Turns that guests are given, the newest; of each so many characters, and so many in one message. */
export const maxSharedTurns = 40
export const maxTurnLength = 100_000
export const maxPartLength = 8_192

/** Of one question, of what the others read of it while it waits, and how many may wait: of one device, and of all. */
export const maxQuestionLength = 4_000
export const maxExcerptLength = 280
export const maxWaitingEach = 3
export const maxWaiting = 20

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64))
export const deviceName = v.pipe(v.string(), v.maxLength(80))

/** Who asked, as its device calls itself. */
const asker = v.object({ deviceId: id, name: deviceName })

const turnHead = {
  id,
  role: v.picklist(['user', 'assistant']),
  /** As the leader keeps it; `streaming` too while this device lacks a part of the text. */
  state: v.picklist(['streaming', 'done', 'stopped', 'length', 'failed']),
  /** null: the leader, or nobody. */
  askedBy: v.nullable(asker),
}
const question = v.object({ id, asker, excerpt: v.pipe(v.string(), v.maxLength(maxExcerptLength)) })

export const talkMessage = v.object({
  kind: v.literal('talk'),
  /** Ids of the turns shown, oldest first; left out where they are the same as before. */
  order: v.exactOptional(v.pipe(v.array(id), v.maxLength(maxSharedTurns))),
  /** `text` begins at the character `at` of its turn; what stood there and after is replaced. */
  turns: v.pipe(
    v.array(
      v.object({
        ...turnHead,
        at: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(maxTurnLength)),
        text: v.pipe(v.string(), v.maxLength(maxPartLength)),
      }),
    ),
    v.maxLength(maxSharedTurns),
  ),
  /** Next first; left out where it is the same as before. */
  waiting: v.exactOptional(v.pipe(v.array(question), v.maxLength(maxWaiting), v.readonly())),
})

/** A question of this device will not be answered. */
export const declinedMessage = v.object({
  kind: v.literal('declined'),
  questionId: id,
  reason: v.picklist(['full', 'dropped']),
})

export const askMessage = v.object({
  kind: v.literal('ask'),
  questionId: id,
  text: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(maxQuestionLength)),
})

/** Nobody need answer it any more. */
export const withdrawMessage = v.object({ kind: v.literal('withdraw'), questionId: id })

/** One turn of the conversation as the room reads it. */
export type SharedTurn = Readonly<v.InferOutput<v.ObjectSchema<typeof turnHead, undefined>>> & {
  readonly content: string
}

export type Asker = v.InferOutput<typeof asker>

/** A question that waits, as everybody sees it. */
export type WaitingQuestion = Readonly<v.InferOutput<typeof question>>

export type TalkMessage = v.InferOutput<typeof talkMessage>
export type DeclinedMessage = v.InferOutput<typeof declinedMessage>
export type AskMessage = v.InferOutput<typeof askMessage>
export type WithdrawMessage = v.InferOutput<typeof withdrawMessage>
