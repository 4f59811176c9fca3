// A rank on another device: the leader's orders as control messages, the device's answers as promises.
import { type ErrorData, HeadroomError, toErrorData } from '../base/errors.ts'
import { reconsidered } from '../device/executor-choice.ts'
import { computingOn, type DeviceProfile } from '../plan/device-profile.ts'
import { fromPeerError, type LeaderMessage, type MemberMessage } from './control-protocol.ts'
import type { LoadReport } from './engine-protocol.ts'
import type { RankPort } from './rank-port.ts'
import type { LoadProgress } from './session-state.ts'
import { unknownExecutors } from './survey.ts'
import type { SurveyedDevice } from './survey-turns.ts'

/** Starting is a message there and back; a device that does not answer has a frozen page. */
const startTimeoutMs = 10_000

/** Downloads retry for half a minute and a GPU compiles for seconds; a load that says nothing for longer is stuck. */
const loadSilenceMs = 60_000

/** An answer waits for this figure, so not for long. */
const memoryTimeoutMs = 1_000

/** Longer than a device needs to measure two executors; whoever is silent then has a frozen page. */
const surveyTimeoutMs = 30_000

interface Waiting<T> {
  epoch: number
  resolve(value: T): void
  reject(error: unknown): void
}

/** Its profile is replaced when the device has measured more of itself. */
export interface RemoteRank extends RankPort, SurveyedDevice {
  /** The device's answers, except `hello` and `leaving`, which are about the room. */
  receive(message: MemberMessage): void
  /** The connection is gone: whatever waits rejects with `error`. */
  lost(error: ErrorData): void
}

/** `send` throws when the device is not connected. */
export function remoteRank(profile: DeviceProfile, send: (message: LeaderMessage) => void): RemoteRank {
  let loading: (Waiting<LoadReport> & { onProgress(progress: LoadProgress): void; hold(held: boolean): void }) | null =
    null
  let starting: Waiting<void> | null = null
  let remembering: Waiting<number> | null = null
  let known = profile
  /** Of the last order; what the device says about an earlier one is dropped. */
  let epoch = 0
  let endTurn: (() => void) | null = null

  const rejectAll = (error: unknown) => {
    loading?.reject(error)
    starting?.reject(error)
    remembering?.reject(error)
    loading = null
    starting = null
    remembering = null
  }

  const giveUp = (message: string) => rejectAll(new HeadroomError('peer-lost', message))

  /** What cannot be sent fails what waits for it. */
  const order = (message: LeaderMessage) => {
    try {
      send(message)
    } catch (error) {
      rejectAll(error)
    }
  }

  /** A device out of reach needs no order: it stops by itself when it loses its leader. */
  const tell = (kind: 'survey' | 'survey-stop'): boolean => {
    try {
      send({ kind })
      return true
    } catch {
      return false
    }
  }

  const rank: RemoteRank = {
    onFailed: null,

    get profile() {
      return known
    },

    get deviceId() {
      return known.deviceId
    },

    get surveyed() {
      return unknownExecutors(known).length === 0
    },

    takeOver() {
      known = reconsidered(known)
    },

    survey() {
      return new Promise((resolve) => {
        const timer = setTimeout(() => rank.stopSurvey(), surveyTimeoutMs)
        endTurn = () => {
          endTurn = null
          clearTimeout(timer)
          resolve()
        }
        if (!tell('survey')) endTurn()
      })
    },

    stopSurvey() {
      if (!endTurn) return
      endTurn()
      tell('survey-stop')
    },

    load({ modelName, manifest, shard, weights }, onProgress) {
      epoch = shard.epoch
      const seconds = loadSilenceMs / 1000
      const silent = () => giveUp(`${profile.name} said nothing of its load for ${seconds} s. Reload its page.`)
      return new Promise((resolve, reject) => {
        let timer = setTimeout(silent, loadSilenceMs)
        let waits = false
        const waitAnew = () => {
          clearTimeout(timer)
          if (!waits) timer = setTimeout(silent, loadSilenceMs)
        }
        const heard = (progress: LoadProgress) => {
          waitAnew()
          onProgress(progress)
        }
        const hold = (held: boolean) => {
          waits = held
          waitAnew()
        }
        loading = {
          epoch,
          resolve: ending(() => timer, resolve),
          reject: ending(() => timer, reject),
          onProgress: heard,
          hold,
        }
        const { executor, pair } = known
        order({ kind: 'load', modelName, manifest, shard, weights, executor, ...(pair && { pair }) })
      })
    },

    start({ shard, deviceIds, vocabulary, wire }) {
      epoch = shard.epoch
      const seconds = startTimeoutMs / 1000
      const late = () => giveUp(`${profile.name} did not start within ${seconds} s. Is its page in the foreground?`)
      return new Promise((resolve, reject) => {
        const timer = setTimeout(late, startTimeoutMs)
        starting = { epoch, resolve: ending(() => timer, resolve), reject: ending(() => timer, reject) }
        order({ kind: 'start', shard, deviceIds, vocabulary, wire })
      })
    },

    peakMemoryBytes() {
      const late = () => remembering?.reject(new HeadroomError('peer-lost', `${profile.name} did not tell its memory.`))
      return new Promise((resolve, reject) => {
        const timer = setTimeout(late, memoryTimeoutMs)
        remembering = { epoch, resolve: ending(() => timer, resolve), reject: ending(() => timer, reject) }
        order({ kind: 'memory' })
      })
    },

    hold(held) {
      loading?.hold(held)
      order({ kind: 'hold-load', held })
    },

    cancel: () => order({ kind: 'cancel' }),

    receive(message) {
      switch (message.kind) {
        case 'progress':
          if (loading?.epoch === message.epoch) loading.onProgress(message.progress)
          break
        case 'loaded': {
          const { turnedTo } = message.report
          if (turnedTo) known = computingOn(known, turnedTo, turnedTo.why)
          if (loading?.epoch !== message.epoch) break
          loading.resolve({
            ...message.report,
            notices: message.report.notices.map((notice) => toErrorData(fromPeerError(notice))),
          })
          loading = null
          break
        }
        case 'started':
          if (starting?.epoch !== message.epoch) break
          starting.resolve()
          starting = null
          break
        case 'memory':
          remembering?.resolve(message.peakMemoryBytes)
          remembering = null
          break
        case 'surveyed':
          known = { ...known, otherExecutors: message.otherExecutors }
          endTurn?.()
          break
        case 'failed': {
          if (message.epoch !== epoch) break
          const error = fromPeerError({ ...message.error, message: `${profile.name}: ${message.error.message}` })
          if (loading || starting) rejectAll(error)
          else rank.onFailed?.(toErrorData(error))
          break
        }
        default:
          break
      }
    },

    lost(error) {
      rejectAll(fromPeerError(error))
      endTurn?.()
    },
  }
  return rank
}

/** `then`, after clearing the timer that waited for it. */
function ending<T>(timer: () => ReturnType<typeof setTimeout>, then: (value: T) => void): (value: T) => void {
  return (value) => {
    clearTimeout(timer())
    then(value)
  }
}
