import type { SessionState } from '../src/index.ts'

/** Why nothing can be sent to the model now; empty when it can. */
export function sendObstacle(state: SessionState): string {
  if (state.kind === 'lobby') return 'Load a model first.'
  if (state.kind === 'loading') return 'You can send as soon as every device holds its share.'
  if (state.kind === 'recovering') return 'The room is sharing the model anew.'
  return state.kind === 'failed' ? 'Load a model again first.' : ''
}
