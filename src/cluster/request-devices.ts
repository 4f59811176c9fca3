// Which devices a request runs on: members of the room by their ids, or workers of this tab, started and ended as requests ask for them.
import { HeadroomError } from '../base/errors.ts'
import type { MobileTensorParallelismCoordinator } from './coordinator.ts'
import type { InferenceRequest } from './inference-request.ts'
import { type LocalTeam, startLocalTeam } from './local-team.ts'
import type { OwnDevice } from './own-device.ts'

export interface RequestDevicesOptions {
  device: OwnDevice
  coordinator: MobileTensorParallelismCoordinator
  /** Where this device reaches the mirror. */
  baseUrl: string
  /** Ranks of one plan at most. */
  maxDevices: number
}

/** Owns the workers. */
export class RequestDevices {
  readonly #options: RequestDevicesOptions
  #team: LocalTeam | null = null

  constructor(options: RequestDevicesOptions) {
    this.#options = options
  }

  /** Ids, this device's first; null: everybody. Throws `bad-input` for one that is not among `guests`, or a number of workers that cannot be. */
  choose(devices: InferenceRequest['devices'], guests: readonly string[]): readonly string[] | null {
    const own = this.#options.device.deviceId
    if (!devices) {
      this.#setWorkers(0)
      return null
    }
    if ('local' in devices) {
      this.#checkCount(devices.local)
      this.#setWorkers(devices.local - 1)
      return [own, ...(this.#team?.ranks ?? []).map(({ profile }) => profile.deviceId)]
    }
    const others = [...new Set(devices)].filter((deviceId) => deviceId !== own)
    const stranger = others.find((deviceId) => !guests.includes(deviceId))
    if (stranger !== undefined) {
      const here = [own, ...guests].join(', ')
      throw new HeadroomError('bad-input', `There is no device ${stranger} in the room. There are: ${here}.`)
    }
    this.#checkCount(others.length + 1)
    this.#setWorkers(0)
    return [own, ...others]
  }

  close(): void {
    this.#team?.close()
    this.#team = null
  }

  #checkCount(count: number): void {
    const { maxDevices } = this.#options
    if (Number.isInteger(count) && count >= 1 && count <= maxDevices) return
    throw new HeadroomError('bad-input', `A request runs on 1 to ${maxDevices} devices (maxDevices), not ${count}.`)
  }

  #setWorkers(count: number): void {
    const { device, coordinator, baseUrl } = this.#options
    const ranks = this.#team?.ranks ?? []
    if (count === ranks.length) return
    for (const { profile } of ranks)
      coordinator.removeMember(profile.deviceId, { code: 'peer-lost', message: 'The worker was ended.' })
    this.close()
    if (count === 0) return
    this.#team = startLocalTeam(device.engine, device.profile, baseUrl, count)
    for (const rank of this.#team.ranks) coordinator.addMember(rank)
  }
}
