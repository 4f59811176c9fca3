import type { SessionState } from '../../src/index.ts'

/** Has the leader paused the running load? */
export function isHeld(state: SessionState): boolean {
  return state.kind === 'loading' && state.paused === true
}
