// Who of a room measures its other executors, and when: one device at a time, in the room's order, and only while nothing has happened
// for a while. Whatever begins ends the running turn; it is given again later.

/** A device that measures its other executors when it is told to. */
export interface SurveyedDevice {
  readonly deviceId: string
  /** Nothing is left to measure. */
  readonly surveyed: boolean
  /** Resolves at the end of the turn, whatever came of it. */
  survey(): Promise<void>
  /** Never throws. */
  stopSurvey(): void
}

const quietMs = 5000

export class SurveyTurns {
  readonly #roster: () => readonly SurveyedDevice[]
  readonly #quietMs: number
  #timer: ReturnType<typeof setTimeout> | undefined
  #members = ''
  #holder: SurveyedDevice | null = null
  /** Who had a turn in this round: a device that could not finish comes again when all others had theirs. */
  readonly #asked = new Set<string>()

  /** `roster`: the devices that this one gives turns to, in order. */
  constructor(roster: () => readonly SurveyedDevice[], waitMs = quietMs) {
    this.#roster = roster
    this.#quietMs = waitMs
  }

  /** To be told of every change; `busy`: the room loads, answers, or forms. */
  update(busy: boolean): void {
    const roster = this.#roster()
    const members = roster.map(({ deviceId }) => deviceId).join()
    if (busy || members !== this.#members) this.#pause()
    this.#members = members
    const holder = this.#holder
    if (holder && (busy || !roster.includes(holder))) {
      this.#holder = null
      this.#asked.clear()
      holder.stopSurvey()
    }
    if (!busy) this.#wait()
  }

  close(): void {
    this.#pause()
    this.#holder?.stopSurvey()
    this.#holder = null
  }

  #pause(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #wait(): void {
    if (this.#holder || this.#timer !== undefined || this.#roster().every(({ surveyed }) => surveyed)) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#giveTurn()
    }, this.#quietMs)
  }

  async #giveTurn(): Promise<void> {
    const next = this.#roster().find(({ deviceId, surveyed }) => !surveyed && !this.#asked.has(deviceId))
    if (!next) {
      this.#asked.clear()
      this.#wait()
      return
    }
    this.#holder = next
    this.#asked.add(next.deviceId)
    await next.survey()
    if (this.#holder !== next) return
    this.#holder = null
    await this.#giveTurn()
  }
}
