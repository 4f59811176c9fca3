// What one side's simple-peer says to the other's while they connect. A subset: nothing is ever renegotiated.
import type { SignalData } from 'simple-peer'
import * as v from 'valibot'
import { HeadroomError } from '../base/errors.ts'

const Description = v.object({ type: v.picklist(['offer', 'answer']), sdp: v.pipe(v.string(), v.maxLength(30_000)) })
const Candidate = v.object({
  type: v.literal('candidate'),
  candidate: v.object({
    candidate: v.pipe(v.string(), v.maxLength(2_000)),
    sdpMLineIndex: v.nullish(v.number()),
    sdpMid: v.nullish(v.string()),
  }),
})
const PeerSignal = v.variant('type', [Description, Candidate])

/** Throws `bad-message`, also for a description of the wrong kind: an initiator takes answers, the other side offers. */
export function parsePeerSignal(data: unknown, expected: 'offer' | 'answer'): SignalData {
  const result = v.safeParse(PeerSignal, data)
  if (!result.success) {
    throw new HeadroomError('bad-message', `The other device sent no connection signal: ${result.issues[0].message}`)
  }
  const signal = result.output
  if (signal.type === 'candidate') {
    const { candidate, sdpMLineIndex = null, sdpMid = null } = signal.candidate
    return { type: 'candidate', candidate: { candidate, sdpMLineIndex, sdpMid } as RTCIceCandidate }
  }
  if (signal.type !== expected) {
    throw new HeadroomError('bad-message', `The other device sent an ${signal.type} where an ${expected} belongs.`)
  }
  return signal
}
