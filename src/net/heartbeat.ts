// Is the peer still there? `close` events alone do not tell: a locked phone just falls silent.

/** A hidden tab's timers run once a second, so no faster. */
export const BEAT_MS = 1000
export const SILENCE_MS = 4000
/** Beats of this device without a word: where the whole machine is slow, beats are late too, and a busy peer gets its time. */
const SILENT_BEATS = 4
/** A beat this late means that this device slept: the silence is its own. */
const SLEPT_MS = 2500

export interface Heartbeat {
  /** Smoothed round trip of the last pings; undefined before the first pong. */
  readonly rttMs: number | undefined
  /** Call for everything that comes from the peer. */
  heard(): void
  pong(stampMs: number): void
  stop(): void
}

/** Pings at once and every second until stopped; `onSilent` is called once, after about `SILENCE_MS` without `heard`. */
export function startHeartbeat(sendPing: (stampMs: number) => void, onSilent: () => void): Heartbeat {
  let rttMs: number | undefined
  let lastBeatMs = performance.now()
  let lastHeardMs = lastBeatMs
  let beatsUnheard = 0
  const pinged = new Set<number>()

  function ping(): void {
    pinged.add(lastBeatMs)
    sendPing(lastBeatMs)
  }

  const timer = setInterval(() => {
    const nowMs = performance.now()
    if (nowMs - lastBeatMs > SLEPT_MS) {
      lastHeardMs = nowMs
      beatsUnheard = 0
    }
    lastBeatMs = nowMs
    beatsUnheard++
    if (nowMs - lastHeardMs > SILENCE_MS && beatsUnheard > SILENT_BEATS) {
      clearInterval(timer)
      onSilent()
      return
    }
    for (const stampMs of pinged) if (nowMs - stampMs > SILENCE_MS) pinged.delete(stampMs)
    ping()
  }, BEAT_MS)
  ping()

  return {
    get rttMs() {
      return rttMs
    },
    heard() {
      lastHeardMs = performance.now()
      beatsUnheard = 0
    },
    pong(stampMs) {
      if (!pinged.delete(stampMs)) return
      const sampleMs = performance.now() - stampMs
      rttMs = rttMs === undefined ? sampleMs : rttMs + (sampleMs - rttMs) / 4
    },
    stop() {
      clearInterval(timer)
    },
  }
}
