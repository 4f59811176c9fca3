// A team of threads works through stages. A stage is a number of units that do not depend on each other (row groups, heads); whoever is
// free takes some of those left, ever fewer (guided self-scheduling: Polychronopoulos and Kuck 1987), and the caller goes on when all are
// done, not when all threads have come: one that sleeps, or that the system runs late or slowly, costs no more than what it holds.
// Waiting spins first, since the next stage is microseconds away, then sleeps (Atomics.wait), since between two sublayers there may be a
// network round. Words lie on cache lines of their own; address 0 holds nothing. Built without threads, a team is one.

/** i64: number of the stage << 32 | units left. The number -1 dismisses the helpers. */
const WORK: usize = 64
const STAGE: usize = WORK + 4
const DONE: usize = 128 // units of the stage that helpers and caller have finished
const HELPERS_ASLEEP: usize = 192
const CALLER_ASLEEP: usize = 256
const FAILED: usize = 320 // a helper died
const JOB: usize = 384 // kind, units, then four words that are the kind's own
/** First byte free for the executor's own use. */
export const CONTROL_BYTES: usize = 448

const SLEEP_NS: i64 = 1000000000

let size: i32 = 1
let maySleep: bool = false
let spins: i32 = 0

/** First of the units that this thread took last, and the end of them. */
export let takenFrom: i32 = 0
export let takenTo: i32 = 0

/** A thread that waits looks `longestSpin` times before it sleeps, if it may. */
export function joinTeam(teamSize: i32, sleeps: bool, longestSpin: i32): void {
  size = teamSize
  maySleep = sleeps
  spins = longestSpin
}

@inline
export function isAlone(): bool {
  return !ASC_FEATURE_THREADS || size == 1
}

/** Looks `times` at a word that does not change: how long a look takes is for the caller's clock to say. */
export function spin(times: i32): void {
  if (ASC_FEATURE_THREADS) for (let i = 0; i < times; i++) if (atomic.load<i32>(FAILED) != 0) return
}

/** Opens a stage; its units can be taken from now on. The stage before it is done. */
export function publish(kind: i32, units: i32, a: i32, b: i32, c: i32, d: i32): void {
  if (!ASC_FEATURE_THREADS) return
  if (atomic.load<i32>(FAILED) != 0) unreachable()
  store<i32>(JOB, kind)
  store<i32>(JOB, units, 4)
  store<i32>(JOB, a, 8)
  store<i32>(JOB, b, 12)
  store<i32>(JOB, c, 16)
  store<i32>(JOB, d, 20)
  atomic.store<i32>(DONE, 0)
  atomic.store<i64>(WORK, (<i64>((atomic.load<i32>(STAGE) + 1) & i32.MAX_VALUE) << 32) | units)
  if (atomic.load<i32>(HELPERS_ASLEEP) != 0) atomic.notify(STAGE)
}

/** Takes some of the units left: an even share of half of them, at least one. False when none is left. */
export function take(): bool {
  if (!ASC_FEATURE_THREADS) return false
  let word = atomic.load<i64>(WORK)
  while (true) {
    const left = <i32>word
    if (left == 0) return false
    const count = max(1, left / (2 * size))
    const seen = atomic.cmpxchg<i64>(WORK, word, word - count)
    if (seen == word) {
      // Of a stage that has units in my hands, the job stays as it is.
      takenFrom = load<i32>(JOB, 4) - left
      takenTo = takenFrom + count
      return true
    }
    word = seen
  }
}

/** The caller's way out of a stage: returns when all units are done, `mine` by itself; what others wrote is seen after. */
export function finish(mine: i32): void {
  if (!ASC_FEATURE_THREADS) return
  const others = load<i32>(JOB, 4) - mine
  for (let i = 0; i < spins; i++) if (atomic.load<i32>(DONE) == others) return
  for (let done = atomic.load<i32>(DONE); done != others; done = atomic.load<i32>(DONE)) {
    if (atomic.load<i32>(FAILED) != 0) unreachable()
    if (!maySleep) continue
    atomic.store<i32>(CALLER_ASLEEP, 1)
    atomic.wait<i32>(DONE, done, SLEEP_NS)
    atomic.store<i32>(CALLER_ASLEEP, 0)
  }
}

/** A helper's way out of a stage. */
export function report(mine: i32): void {
  if (!ASC_FEATURE_THREADS) return
  atomic.add<i32>(DONE, mine)
  if (atomic.load<i32>(CALLER_ASLEEP) != 0) atomic.notify(DONE)
}

/** A helper's way into a stage: returns when one has units left; false when the team is dismissed. */
export function nextStage(): bool {
  if (!ASC_FEATURE_THREADS) return false
  while (true) {
    for (let i = 0; i < spins; i++) if (atomic.load<i32>(WORK) != 0) return true
    const stage = atomic.load<i32>(STAGE)
    if (stage == -1) return false
    if (atomic.load<i32>(WORK) != 0) return true
    atomic.add<i32>(HELPERS_ASLEEP, 1)
    atomic.wait<i32>(STAGE, stage, SLEEP_NS)
    atomic.sub<i32>(HELPERS_ASLEEP, 1)
  }
}

@inline
export function jobKind(): i32 {
  return load<i32>(JOB)
}

/** What `publish` was given: 1 is `a`, 4 is `d`. */
@inline
export function jobWord(number: usize): i32 {
  return load<i32>(JOB + 4 + (number << 2))
}

/** Lets the helpers' loops end. */
export function dismissTeam(): void {
  if (!ASC_FEATURE_THREADS) return
  atomic.store<i64>(WORK, <i64>-1 << 32)
  atomic.notify(STAGE)
}
