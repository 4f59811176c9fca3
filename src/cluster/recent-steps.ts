// What the last tokens took, device by device: the picture that people see of a room at work.
import type { ServedToken } from '../engine/member.ts'
import type { TokenRecord } from './token-record.ts'

/** What one token took of one device, in milliseconds; they add up to the step. */
export interface DeviceTimes {
  deviceId: string
  computeMs: number
  /** null on a member's own clock, which cannot tell the ways between from waiting for others. */
  transferMs: number | null
  waitMs: number
}

/** Figures of one generated token, or of reading a prompt for the first one; what they mean exactly is said in `engine/step-times.ts` and `engine/member.ts`. */
export interface StepFigures {
  stepMs: number
  /** Of the prompt that was read; null for the tokens after it, and on a guest's page, which counts no prompts. */
  promptTokens: number | null
  /** Sent by all devices together; on a guest's page, sent and received by this one. */
  bytes: number
  /** Collectives one after the other; null on a guest's page. */
  rounds: number | null
  /** On a guest's page only this one. */
  devices: readonly DeviceTimes[]
}

/** Of all tokens that a member has served. */
export interface ServedTotal {
  tokens: number
  /** Sent and received. */
  bytes: number
}

/** Tokens that are kept. */
const keptSteps = 64

/** The last steps, oldest first, with the newest prompt however long ago that was; a new list after each `add`. */
export class RecentSteps {
  steps: readonly StepFigures[] = []
  total: Readonly<ServedTotal> = { tokens: 0, bytes: 0 }

  add(added: readonly StepFigures[]): void {
    this.total = {
      tokens: this.total.tokens + added.length,
      bytes: added.reduce((sum, { bytes }) => sum + bytes, this.total.bytes),
    }
    if (added.length === 0) return
    const all = [...this.steps, ...added]
    const prompt = all.findLastIndex(isPrompt)
    const older = prompt >= 0 && prompt < all.length - keptSteps ? [all[prompt]!] : []
    this.steps = [...older, ...all.slice(-keptSteps)]
  }
}

function isPrompt({ promptTokens }: StepFigures): boolean {
  return promptTokens !== null
}

/** `plan`: the one that the room has now; steps of another are left out, for nobody knows any more whose they were. */
export function figuresOf(
  tokens: readonly TokenRecord[],
  plan: { epoch: number; deviceIds: readonly string[] } | null,
): StepFigures[] {
  return tokens.flatMap(({ step }) => {
    if (step.epoch !== plan?.epoch) return []
    const devices = step.ranks.map((times, rank) => ({ deviceId: plan.deviceIds[rank]!, ...times }))
    return [{ stepMs: step.stepMs, promptTokens: step.promptTokens, bytes: step.bytes, rounds: step.rounds, devices }]
  })
}

/** As a member measured it by its own clock. */
export function ownFigures(deviceId: string, { stepMs, computeMs, bytes }: ServedToken): StepFigures {
  const own = { deviceId, computeMs, transferMs: null, waitMs: Math.max(0, stepMs - computeMs) }
  return { stepMs, promptTokens: null, bytes, rounds: null, devices: [own] }
}
