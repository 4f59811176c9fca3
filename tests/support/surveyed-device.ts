// Devices that survey themselves in one process: engines are real, so WASM really runs and WebGPU is really refused.
import type { LeaderMessage, MemberMessage } from '../../src/cluster/control-protocol.ts'
import { parseLeaderMessage, parseMemberMessage } from '../../src/cluster/control-protocol.ts'
import { createEngine } from '../../src/cluster/engine-host.ts'
import { Member } from '../../src/cluster/member.ts'
import { OwnDevice, type SurveyMeans } from '../../src/cluster/own-device.ts'
import { type RemoteRank, remoteRank } from '../../src/cluster/remote-rank.ts'
import type { DeviceProfile } from '../../src/plan/device-profile.ts'
import { memorySpeedStorage } from './memory-speed-storage.ts'
import { plainProfile } from './plain-profile.ts'

export const userAgent = 'Mozilla/5.0 Chrome/140.0'

export function deviceWith(means: Partial<SurveyMeans> = {}, profile: Partial<DeviceProfile> = {}) {
  const storage = memorySpeedStorage()
  const engine = { ...createEngine(), addChannel: () => undefined }
  const every = { startEngine: createEngine, storage, userAgent, ...means }
  return { device: new OwnDevice(engine, { ...plainProfile, ...profile }, every), storage: every.storage }
}

/** A guest and the leader's hold on it, joined by messages that are copied as on the wire. */
export function joined(guest: OwnDevice, baseUrl = 'http://localhost/', leaderId = 'leader') {
  const orders: string[] = []
  const post = (deliver: () => void) => void setTimeout(deliver)
  const toLeader = (message: MemberMessage) => {
    const copy = parseMemberMessage(structuredClone(message))
    post(() => rank.receive(copy))
  }
  const member = new Member({ device: guest, baseUrl, leaderId, send: toLeader })
  const toGuest = (message: LeaderMessage) => {
    orders.push(message.kind)
    const copy = parseLeaderMessage(structuredClone(message))
    post(() => member.receive(copy))
  }
  const rank: RemoteRank = remoteRank(guest.profile, toGuest)
  return { rank, orders }
}
