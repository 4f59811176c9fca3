// Why a device computes where it does, in a sentence or two, from what it measured of itself.
import {
  chooseExecutor,
  type DeviceProfile,
  EXPECTED_TURN,
  type ExecutorKind,
  type ExecutorSpeed,
  knownSpeeds,
  type LoadReport,
  measuredExecutors,
} from '../src/index.ts'
import { laterTexts } from './texts/later-texts.ts'
import { texts } from './texts/texts.ts'

/** `report`: what the device's share is loaded into; null: nothing is. */
export function choiceWords(profile: DeviceProfile, report: LoadReport | null): string {
  const speeds = knownSpeeds(profile)
  const measured = measuredExecutors(speeds)
  const choice = chooseExecutor(measured)
  const words = laterTexts().executors
  const name = (kind: ExecutorKind) => texts.device.executors[kind]
  const asked = profile.forced ? `${words.forced(name(profile.executor))} ` : ''
  if (!choice || measured.length === 1) {
    return asked + words[refusedWords(speeds) ? 'onlyOneEver' : 'onlyOne'](name(profile.executor))
  }
  const { prefill, decode, both, pair } = choice
  if (asked) return asked + (pair ? words.elseEach(name(prefill), name(decode)) : words.elseAll(name(both)))
  if (pair) return [words.eachPhase(name(prefill), name(decode)), ...nowWords(profile, report)].join(' ')
  const why =
    prefill === decode
      ? words.fastestOfAll(name(both))
      : words.eachItsOwn({ prefill: name(prefill), decode: name(decode), both: name(both), ...EXPECTED_TURN })
  return both === profile.executor ? why : `${why} ${words.takesOver}`
}

/** What the engine itself says of an executor that is missing in the choice; null: nothing. */
export function choiceRefusal(profile: DeviceProfile, report: LoadReport | null): string | null {
  const speeds = knownSpeeds(profile)
  const measured = measuredExecutors(speeds)
  if (measured.length <= 1) return refusedWords(speeds)
  const isPair = chooseExecutor(measured)?.pair && profile.pair && !report?.prompts
  return (isPair && report?.refusal) || null
}

function refusedWords(speeds: readonly ExecutorSpeed[]): string | null {
  return speeds.find(({ phases, why }) => phases === null && why !== null)?.why || null
}

/** Whether both of a pair are at work. */
function nowWords({ pair }: DeviceProfile, report: LoadReport | null): string[] {
  const words = laterTexts().executors
  if (!pair) return [words.bothNext]
  if (!report) return []
  if (report.prompts) return [words.nowBoth]
  return [words.nowAlone(texts.device.executors[report.executor])]
}
