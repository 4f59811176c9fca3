// Which options of the demo contradict each other, in words; null where none do.
import type { DemoOptions } from './demo-options.ts'

/** What says how an answer is generated. */
const generation = ['maxTokens', 'ignoreEos', 'temperature', 'seed']

/** Options that have no meaning beside the input that was given. */
export function findForeign(
  {
    tokens,
    tokenTypes,
    attentionMask,
  }: Readonly<Record<'tokens' | 'tokenTypes' | 'attentionMask', number[] | undefined>>,
  given: readonly string[],
): string | null {
  for (const [flag, numbers] of [
    ['--token-types', tokenTypes],
    ['--attention-mask', attentionMask],
  ] as const) {
    if (numbers && !tokens) return `${flag} goes with --tokens: a text has its own.`
    if (numbers && numbers.length !== tokens?.length)
      return `${flag} has ${numbers.length} numbers for the ${tokens?.length} of --tokens: give one each.`
  }
  const task = given.includes('embed') ? '--embed' : given.includes('fillMask') ? '--fill-mask' : null
  const foreign = given.find((name) => [...generation, 'dump'].includes(name))
  if (!task || !foreign) return null
  const flag = `--${foreign.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  return foreign === 'dump'
    ? `${flag} goes with --tokens or --raw, not with ${task}.`
    : `${flag} is for models that generate, ${task} for others.`
}

/** Options that contradict each other whatever the input. */
export function findContradiction({
  tabs,
  topology,
  shares: given,
  weights,
  wire,
}: Omit<DemoOptions, 'input'>): string | null {
  if (topology === 'solo' && tabs > 1) return `--topology solo is one device, but --tabs is ${tabs}.`
  if (topology === 'star' && tabs === 1) return '--topology star needs at least two tabs, but --tabs is 1.'
  if (given && given.length !== tabs)
    return `--shares names ${given.length} tabs, but --tabs is ${tabs}: give one share per tab.`
  if (weights === 'f32' && wire !== 'auto' && wire !== 'f32')
    return `--weights f32 implies --wire f32, but --wire is ${wire}.`
  return null
}
