// Why this browser cannot lend its device. Without a secure context there is no encryption, and it cannot watch either. One without data
// channels reads along through the server, one that can only not compute directly.
import { type ErrorData, hasDataChannels } from '../src/index.ts'

export type JoiningObstacle = 'insecure' | 'no-channels' | 'cannot-compute' | 'no-memory'

/** `failure`: what came of measuring this device or of joining; null where nothing went wrong. */
export function joiningObstacle(failure: ErrorData | null): JoiningObstacle | null {
  if (!isSecureContext) return 'insecure'
  if (!hasDataChannels()) return 'no-channels'
  if (failure?.code === 'no-executor') return 'cannot-compute'
  return failure?.code === 'out-of-memory' ? 'no-memory' : null
}

/** Can somebody with this in the way read along? */
export function canWatch(obstacle: JoiningObstacle): boolean {
  return obstacle !== 'insecure'
}
