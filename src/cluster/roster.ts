// The leader's device and the members that are here, and how each is doing.
import type { ErrorCode, ErrorData } from '../base/errors.ts'
import type { CoordinatorOptions } from './coordinator-options.ts'
import { type RankPort, type RankStatus, rememberPeaks } from './rank-port.ts'

const nothingYet: RankStatus = { progress: null, report: null, error: null }

/** How often a device may lose what it computes on under one model before it is left out: its engine has left a GPU by itself by then. */
const lossLimit = 3

export class Roster {
  readonly leader: RankPort
  readonly #members = new Map<string, RankPort>()
  readonly #status = new Map<string, RankStatus>()
  readonly #paused = new Set<string>()
  /** Of everybody who was ever here. */
  readonly #names = new Map<string, string>()
  readonly #losses = new Map<string, number>()
  readonly #onChange: () => void

  constructor(leader: RankPort, onChange: () => void) {
    this.leader = leader
    this.#onChange = onChange
  }

  get members(): RankPort[] {
    return [...this.#members.values()]
  }

  /** The leader first. */
  get all(): RankPort[] {
    return [this.leader, ...this.members]
  }

  /** Who would take part in a new model's plan, the leader first: not members whose people paused them. */
  candidates(options: CoordinatorOptions): RankPort[] {
    return this.#ranks(options, () => true)
  }

  /** The same of a running one: without who has failed, or is not among `chosen` (null: everybody is). */
  participants(options: CoordinatorOptions, chosen: readonly string[] | null): RankPort[] {
    return this.#ranks(options, (id) => (chosen?.includes(id) ?? true) && this.status(id).error === null)
  }

  #ranks({ topology, maxDevices }: CoordinatorOptions, isWanted: (deviceId: string) => boolean): RankPort[] {
    const mayTakePart = ({ profile: { deviceId } }: RankPort) => !this.#paused.has(deviceId) && isWanted(deviceId)
    return [this.leader, ...(topology === 'solo' ? [] : this.members.filter(mayTakePart))].slice(0, maxDevices)
  }

  status(deviceId: string): RankStatus {
    return this.#status.get(deviceId) ?? nothingYet
  }

  add(port: RankPort): void {
    const { deviceId } = port.profile
    this.#members.set(deviceId, port)
    this.#names.set(deviceId, port.profile.name)
    this.#status.delete(deviceId)
    this.#onChange()
  }

  /** False: it was not here. */
  remove(deviceId: string): boolean {
    if (!this.#members.delete(deviceId)) return false
    this.#status.delete(deviceId)
    this.#paused.delete(deviceId)
    this.#onChange()
    return true
  }

  /** `error` with the names that people know where its words have the ids of devices. */
  named(error: ErrorData): ErrorData {
    let { message } = error
    for (const [deviceId, name] of this.#names) message = message.replaceAll(deviceId, name)
    return { ...error, message }
  }

  /** Also of a device that is not here yet. */
  setPaused(deviceId: string, paused: boolean): void {
    if (paused) this.#paused.add(deviceId)
    else this.#paused.delete(deviceId)
    this.#onChange()
  }

  /** As a member, and not as another port of the same device. */
  has(port: RankPort): boolean {
    return this.#members.get(port.profile.deviceId) === port
  }

  /** A member that is still here and has not failed. */
  serves(port: RankPort): boolean {
    return this.has(port) && this.status(port.profile.deviceId).error === null
  }

  /** Nothing happens for a device that is not here. */
  fail(deviceId: string, error: ErrorData): void {
    if (this.#members.has(deviceId)) this.update(deviceId, { error: this.named(error) })
  }

  update(deviceId: string, change: Partial<RankStatus>): void {
    this.#status.set(deviceId, { ...this.status(deviceId), ...change })
    this.#onChange()
  }

  /** Ends the member's load; what it has from now on for an error is returned. */
  leaveOut(deviceId: string): ErrorData {
    const error: ErrorData = { code: 'aborted', message: 'It was left out of the plan.' }
    this.fail(deviceId, error)
    this.#members.get(deviceId)?.cancel()
    return error
  }

  /** A new load begins on the device. */
  begin(deviceId: string): void {
    this.update(deviceId, nothingYet)
  }

  /** Of an old model. */
  forgetAll(): void {
    this.#status.clear()
    this.#losses.clear()
  }

  /** Counts one more loss; false: it is none, or there were too many, and it is no use to load the device again. */
  mayLoseExecutor(deviceId: string, code: ErrorCode): boolean {
    if (code !== 'device-lost' && code !== 'kernels-stopped') return false
    const losses = (this.#losses.get(deviceId) ?? 0) + 1
    this.#losses.set(deviceId, losses)
    return losses <= lossLimit
  }

  /** Asks every device how much memory its work has taken. */
  rememberPeaks(): Promise<void> {
    return rememberPeaks(this.all, this.#status)
  }
}
