// A team of threads runs one job like ranks run a model: all execute the same function, split rows by thread number and meet at
// barriers. Waiting spins first, since the next stage is microseconds away, then sleeps (Atomics.wait), since between two sublayers
// there may be a network round. Words below sit on cache lines of their own; address 0 holds nothing.
// Built without threads, a team is one and all of this is empty.

const TICKET: usize = 64 // jobs launched so far; -1 stops the helpers
const ARRIVED: usize = 128
const GENERATION: usize = 192 // barriers passed so far
const SLEEPERS: usize = 256
const FAILED: usize = 320 // a helper died
const JOB: usize = 384 // kind, then four words that are its own
/** First byte free for the executor's own use. */
export const CONTROL_BYTES: usize = 448

const SPINS = 20000
const SLEEP_NS: i64 = 1000000000

let size: i32 = 1
let maySleep: bool = false

export function joinTeam(teamSize: i32, sleeps: bool): void {
  size = teamSize
  maySleep = sleeps
}

@inline
export function teamSize(): i32 {
  return size
}

/** First unit of `thread`'s part of `total`; the next thread's is its end. */
@inline
export function partStart(total: i32, thread: i32): i32 {
  return <i32>((<i64>total * thread) / size)
}

function waitWhile(address: usize, value: i32): void {
  for (let spin = 0; spin < SPINS; spin++) if (atomic.load<i32>(address) != value) return
  while (atomic.load<i32>(address) == value) {
    if (atomic.load<i32>(FAILED) != 0) unreachable()
    if (!maySleep) continue
    atomic.add<i32>(SLEEPERS, 1)
    atomic.wait<i32>(address, value, SLEEP_NS)
    atomic.sub<i32>(SLEEPERS, 1)
  }
}

@inline
function wake(address: usize): void {
  if (atomic.load<i32>(SLEEPERS) != 0) atomic.notify(address)
}

/** Returns when all threads of the team have called it; what they wrote before is seen after. */
export function barrier(): void {
  if (!ASC_FEATURE_THREADS) return
  if (size == 1) return
  const generation = atomic.load<i32>(GENERATION)
  if (atomic.add<i32>(ARRIVED, 1) == size - 1) {
    atomic.store<i32>(ARRIVED, 0)
    atomic.store<i32>(GENERATION, generation + 1)
    wake(GENERATION)
  } else waitWhile(GENERATION, generation)
}

/** Hands a job of `kind` on `a`.. to the helpers; the caller then does its own part as thread 0. */
export function launch(kind: i32, a: usize, b: usize = 0, c: usize = 0, d: usize = 0): void {
  if (!ASC_FEATURE_THREADS) return
  if (size == 1) return
  store<i32>(JOB, kind)
  store<usize>(JOB, a, 4)
  store<usize>(JOB, b, 8)
  store<usize>(JOB, c, 12)
  store<usize>(JOB, d, 16)
  atomic.add<i32>(TICKET, 1)
  wake(TICKET)
}

@inline
export function jobKind(): i32 {
  return load<i32>(JOB)
}

/** What `launch` was given: 1 is `a`, 4 is `d`. */
@inline
export function jobWord(number: usize): usize {
  return load<usize>(JOB + (number << 2))
}

/** Waits for the job after number `ticket`; false when the team is dismissed. */
export function nextJob(ticket: i32): bool {
  if (!ASC_FEATURE_THREADS) return false
  waitWhile(TICKET, ticket)
  return atomic.load<i32>(TICKET) != -1
}

/** Lets the helpers' loops end. */
export function dismissTeam(): void {
  if (!ASC_FEATURE_THREADS) return
  atomic.store<i32>(TICKET, -1)
  wake(TICKET)
}
