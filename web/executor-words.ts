// Why a device computes where it does, in a sentence or two, from what it measured of itself.
import {
  chooseExecutor,
  type DeviceProfile,
  EXPECTED_TURN,
  type ExecutorKind,
  type ExecutorSpeed,
} from '../src/index.ts'
import { executorNames } from './format.ts'

/** The executor in use first; all that is known of each. */
export function executorSpeeds(profile: DeviceProfile): ExecutorSpeed[] {
  const { executor, weightBytesPerSecond, phases, otherExecutors } = profile
  return [{ executor, weightBytesPerSecond, phases, why: null }, ...otherExecutors]
}

export function choiceWords(profile: DeviceProfile): string {
  const speeds = executorSpeeds(profile)
  const measured = speeds.flatMap(({ executor, weightBytesPerSecond, phases }) =>
    weightBytesPerSecond !== null && phases ? [{ executor, weightBytesPerSecond, phases }] : [],
  )
  const choice = chooseExecutor(measured)
  const name = (kind: ExecutorKind) => `the ${executorNames[kind]}`
  if (!choice || measured.length === 1) {
    const refused = speeds.find(({ why }) => why !== null)
    return refused
      ? `Only ${name(profile.executor)} has figures here. ${refused.why}`
      : `Only ${name(profile.executor)} is measured so far; the rest follows when the room is quiet.`
  }
  const { prefill, decode, both } = choice
  const { readTokens, writtenTokens } = EXPECTED_TURN
  const why =
    prefill === decode
      ? `Of those measured ${name(both)} both reads prompts and writes answers the fastest.`
      : `To read prompts ${name(prefill)} is the faster here, to write answers ${name(decode)}. Using both would take the memory for the weights twice, so one does all: over ${readTokens} tokens read and ${writtenTokens} written ${name(both)} ends first.`
  return both === profile.executor ? why : `${why} It takes over when this device next opens the page.`
}
