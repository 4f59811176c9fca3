// How fast a plan is expected to answer: its arithmetic by `predictStepMs`, and its collectives by what was measured of them. In a star every
// split sublayer and the head wait for one round trip to the farthest member and for one readback. What the bytes of a collective take
// beyond the round trip is not in it: nobody has measured the lane's throughput before a model runs.
import type { DeviceProfile } from './device-profile.ts'
import type { ShardPlan } from './shard-plan.ts'

/** Of answers, not of prompts. */
export type ExpectedSpeed =
  | { known: true; tokenMs: number; computeMs: number; roundsMs: number }
  /** `deviceName` has no measured round trip yet (a link just made), or its executor no measured readback. */
  | { known: false; missing: 'round-trip' | 'readback'; deviceName: string; computeMs: number }

/** `rttMs[rank]` is the leader's measured round trip to that rank (its own is not read), null where there is none yet. */
export function expectSpeed(
  plan: ShardPlan,
  profiles: readonly DeviceProfile[],
  rttMs: readonly (number | null)[],
): ExpectedSpeed {
  const computeMs = plan.predictedStepMs
  const unknown = (missing: 'round-trip' | 'readback', { name }: DeviceProfile): ExpectedSpeed => ({
    known: false,
    missing,
    deviceName: name,
    computeMs,
  })
  const unread = profiles.find(({ phases }) => phases === null)
  if (unread) return unknown('readback', unread)
  const unreached = profiles.find((_, rank) => rank > 0 && rttMs[rank] == null)
  if (unreached) return unknown('round-trip', unreached)
  const rounds = plan.topology === 'solo' ? 1 : plan.sublayers.filter(({ hold }) => hold === 'split').length + 1
  const readbackMs = Math.max(...profiles.map(({ phases }) => phases?.readbackMs ?? 0))
  const farthestMs = Math.max(0, ...rttMs.slice(1).map((milliseconds) => milliseconds ?? 0))
  const roundsMs = rounds * (readbackMs + farthestMs)
  return { known: true, tokenMs: computeMs + roundsMs, computeMs, roundsMs }
}
