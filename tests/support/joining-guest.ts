// A device that joins and leaves a room of `engineRoom` while the room runs: a real engine over a MessagePort lane.
import { createEngine } from '../../src/cluster/engine-host.ts'
import type { Engine } from '../../src/cluster/engine-protocol.ts'
import { engineRank, type RankPort } from '../../src/cluster/rank-port.ts'
import type { DeviceProfile } from '../../src/plan/device-profile.ts'
import { connect, type EngineRoom } from './engine-room.ts'

export interface JoiningGuest {
  deviceId: string
  engine: Engine
  /** Tests change its methods to make it fail. */
  port: RankPort
  join(): void
  /** As when its page is closed: the lane breaks and the leader hears of it. */
  leave(): void
}

export const anyDevice: Omit<DeviceProfile, 'deviceId'> = {
  name: 'Guest',
  executor: 'reference',
  weightBytesPerSecond: 1e9,
  phases: null,
  memoryBytes: 8 * 2 ** 30,
  cores: 1,
  threads: 1,
  battery: null,
  backend: 'reference',
  otherExecutors: [],
}

/** `engineRoom` with `shares: null` plans for any number of guests. */
export function newGuest(
  room: EngineRoom,
  baseUrl: string,
  deviceId: string,
  profile: Partial<DeviceProfile> = {},
): JoiningGuest {
  const engine = createEngine()
  const port = engineRank(engine, { ...anyDevice, ...profile, deviceId }, { baseUrl, leaderId: 'device-0' })
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
