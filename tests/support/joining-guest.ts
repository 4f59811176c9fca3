// A device that joins and leaves a room of `engineRoom` while the room runs: a real engine over a MessagePort lane.
import { createEngine } from '../../src/cluster/engine-host.ts'
import type { Engine } from '../../src/cluster/engine-protocol.ts'
import { computingDevice, engineRank, type RankPort } from '../../src/cluster/rank-port.ts'
import type { DeviceProfile } from '../../src/plan/device-profile.ts'
import { connect, type EngineRoom } from './engine-room.ts'
import { plainProfile } from './plain-profile.ts'

export interface JoiningGuest {
  deviceId: string
  engine: Engine
  /** Tests change its methods to make it fail. */
  port: RankPort
  join(): void
  /** As when its page is closed: the lane breaks and the leader hears of it. */
  leave(): void
}

/** `engineRoom` with `shares: null` plans for any number of guests. */
export function newGuest(
  room: EngineRoom,
  baseUrl: string,
  deviceId: string,
  profile: Partial<DeviceProfile> = {},
): JoiningGuest {
  const engine = createEngine()
  const device = computingDevice({ ...plainProfile, ...profile, deviceId })
  const port = engineRank(engine, device, { baseUrl, leaderId: 'device-0' })
  const [leader] = room.engines
  return {
    deviceId,
    engine,
    port,
    join() {
      connect(leader!, deviceId, engine)
      room.coordinator.addMember(port)
    },
    leave() {
      engine.close()
      leader!.removePeer(deviceId)
      room.coordinator.removeMember(deviceId, { code: 'peer-lost', message: `${deviceId} left the room.` })
    },
  }
}
