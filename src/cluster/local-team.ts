// Several ranks in one tab: engine workers joined by MessagePort lanes, the same code from the lane down.
import type { DeviceProfile } from '../plan/device-profile.ts'
import type { EngineClient } from './engine-client.ts'
import { startEngine } from './engine-client.ts'
import { computingDevice, engineRank, type RankPort } from './rank-port.ts'

export interface LocalTeam {
  /** Ranks besides the leader. */
  ranks: readonly RankPort[]
  close(): void
}

/** Starts `count` more engines beside `leader`. They share this device, so each has the leader's measured speed and a part of its memory. */
export function startLocalTeam(
  leader: EngineClient,
  profile: DeviceProfile,
  baseUrl: string,
  count: number,
): LocalTeam {
  const engines = Array.from({ length: count }, () => startEngine())
  const ranks = engines.map((engine, index) => {
    const deviceId = `${profile.deviceId}-local-${index + 1}`
    for (const add of ['addLane', 'addBulk'] as const) {
      const { port1, port2 } = new MessageChannel()
      leader[add](deviceId, { kind: 'local', port: port1 })
      engine[add](profile.deviceId, { kind: 'local', port: port2 })
    }
    const memoryBytes = Math.floor(profile.memoryBytes / (count + 1))
    const local = { ...profile, deviceId, name: `Worker ${index + 1} of this tab`, memoryBytes }
    return engineRank(engine, computingDevice(local), { baseUrl, leaderId: profile.deviceId })
  })
  return {
    ranks,
    close() {
      for (const { profile: local } of ranks) leader.removePeer(local.deviceId)
      for (const engine of engines) engine.close()
    },
  }
}
