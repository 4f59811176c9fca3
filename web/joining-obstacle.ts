// Why this browser cannot lend its device. Without a secure context there is no encryption and without data channels no way to the other
// devices: then it cannot watch either. One that can only not compute reads along.
import type { ErrorData } from '../src/index.ts'

export type JoiningObstacle = 'insecure' | 'no-channels' | 'cannot-compute' | 'no-memory'

/** `failure`: what came of measuring this device or of joining; null where nothing went wrong. */
export function joiningObstacle(failure: ErrorData | null): JoiningObstacle | null {
  if (!isSecureContext) return 'insecure'
  if (!('RTCPeerConnection' in globalThis) || !('createDataChannel' in RTCPeerConnection.prototype))
    return 'no-channels'
  if (failure?.code === 'no-executor') return 'cannot-compute'
  return failure?.code === 'out-of-memory' ? 'no-memory' : null
}

/** Can somebody with this in the way read along? */
export function canWatch(obstacle: JoiningObstacle): boolean {
  return obstacle === 'cannot-compute' || obstacle === 'no-memory'
}
