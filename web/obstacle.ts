import type { SessionState } from '../src/index.ts'
import { texts } from './texts/texts.ts'

/** Why nothing can be sent to the model now; empty when it can. */
export function sendObstacle({ kind }: SessionState): string {
  return kind === 'ready' || kind === 'generating' ? '' : texts.room.obstacle[kind]
}
