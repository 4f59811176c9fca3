// Engines take turns, so that what slows the machine for a while slows all of them.
import type { Timed, Work } from '../../tests/bench/page/bench-engine.ts'
import type { RunningEngine } from './engines.ts'

export const roundsOf = { decode: 5, prefill: 3 }
export const prefillTokens = 512
const warmUpTokens = { decode: 4, prefill: 32 }
export const profileTokens = { decode: 32, prefill: prefillTokens }
/** A run of a peer takes about so long, within these bounds; ours reads a whole prompt. */
const runMs = { decode: 2500, prefill: 12_000 }
const bounds = { decode: { least: 6, most: 96 }, prefill: { least: 32, most: prefillTokens } }
/** An engine so many times slower than ours in two short runs has no other: it would take minutes to say the same. */
const hopeless = 20

/** Ours once more, on one thread, where all run on two. */
export const oneThreadEngine = 'ours, one thread'

/**
 * A short run of each to warm up and to see how long a fair one is, then every round all of them, each time another one first. A peer
 * that fails goes home with its words in `notes`.
 */
export async function takeTurns(
  running: Map<string, RunningEngine>,
  phase: Work['phase'],
  notes: Record<string, string>,
) {
  const lengths = new Map<string, number>()
  const times = new Map<string, Timed[]>()
  let freshToken = 1000
  const turn = async (name: string, tokens: number): Promise<Timed | null> => {
    const engine = running.get(name)!
    try {
      return await engine.run({ phase, tokens, freshToken: freshToken++ })
    } catch (error) {
      if (isIndispensable(name)) throw error
      notes[name] = words(error)
      times.delete(name)
      lengths.delete(name)
      return null
    }
  }
  let ours: Timed | null = null
  for (const name of running.keys()) {
    let warm = await turn(name, warmUpTokens[phase])
    if (!warm) continue
    if (name === 'ours') ours = warm
    const isHopeless = ({ ms, tokens }: Timed) =>
      !isIndispensable(name) && ours !== null && ms / tokens > (hopeless * ours.ms) / ours.tokens
    // Once more: what the machine did meanwhile is not the peer's fault.
    if (isHopeless(warm)) warm = (await turn(name, warmUpTokens[phase])) ?? warm
    if (isHopeless(warm)) {
      times.set(name, [warm])
      notes[`${name}, runs`] = `One of ${warm.tokens} tokens only: it is over ${hopeless} times slower than ours.`
      continue
    }
    const fair = Math.round((runMs[phase] * warm.tokens) / warm.ms)
    const length = Math.min(bounds[phase].most, Math.max(bounds[phase].least, fair))
    const isWhole = isIndispensable(name) || name === oneThreadEngine
    lengths.set(name, phase === 'prefill' && isWhole ? prefillTokens : length)
    if (phase === 'prefill' && lengths.get(name)! < prefillTokens)
      notes[`${name}, runs`] = `Of ${length} tokens, as ${prefillTokens} would take it minutes.`
  }
  for (let round = 0; round < roundsOf[phase]; round++) {
    const names = [...lengths.keys()]
    for (const i of names.keys()) {
      const name = names[(i + round) % names.length]!
      const timed = await turn(name, lengths.get(name)!)
      if (timed) times.set(name, [...(times.get(name) ?? []), timed])
    }
    console.error(`round ${round + 1} of ${roundsOf[phase]}`)
  }
  return times
}

/** Without ours and the ceiling there is nothing to compare. */
export function isIndispensable(engine: string): boolean {
  return engine === 'ours' || engine === 'read-speed'
}

/** An error's first line. */
export function words(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 300)
}
