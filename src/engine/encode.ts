// An encoder's one step over a whole text: every token sees every other, so a text cannot come in pieces.
import { throwIfAborted } from '../base/errors.ts'
import type { Step } from '../compute/executor.ts'
import type { HeadRequest } from '../model/sampling.ts'
import { copyLogits, rowsAtOnce, wholeLogits } from './dump.ts'
import type { Heads, Leader } from './leader.ts'

/** A text as the model takes it; what is left out is all 0, or all 1 for the mask. */
export interface EncoderText {
  tokens: readonly number[]
  tokenTypes?: Step['tokenTypes']
  mask?: Step['mask']
}

export interface EncodedText {
  /** The last layer's output, `[T, H]`. */
  hidden: Float32Array
  /** Of the rows that were asked for. */
  heads: Heads
}

/** `asked`: the head's rows. Throws `bad-input`, before any rank has heard of it, for an id that the model does not have. */
export async function encode(
  leader: Leader,
  text: EncoderText,
  asked: { rows: readonly number[]; head: HeadRequest } | null = null,
): Promise<EncodedText> {
  const heads = await leader.run({ ...text, pastLength: 0, rows: asked?.rows ?? [], head: asked?.head ?? null })
  return { hidden: await leader.readHidden(), heads }
}

/** Whole logits of all rows, `[T, V]`, for people who compare. The step runs once for every `rowsAtOnce` rows: more of them are no message. */
export async function encodeLogits(leader: Leader, text: EncoderText, signal?: AbortSignal): Promise<Float32Array> {
  const { vocabSize } = leader.rank.config
  const { length } = text.tokens
  const logits = new Float32Array(length * vocabSize)
  for (let start = 0; start < length; start += rowsAtOnce) {
    throwIfAborted(signal)
    const rows = Array.from({ length: Math.min(rowsAtOnce, length - start) }, (_, i) => start + i)
    const { heads } = await encode(leader, text, { rows, head: wholeLogits })
    copyLogits(heads, logits.subarray(start * vocabSize))
  }
  return logits
}
