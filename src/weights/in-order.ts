// A few requests at a time, results in order: latency is hidden, memory is `width` results at most.

import type { Gate } from './gate.ts'

/**
 * `run` over all items, at most `width` at once; yields in the items' order. The first failure, an abort and a consumer that stops early
 * abort the runs in flight and wait for their end. While `gate` is closed no run begins; those that have begun are still yielded.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  width: number,
  run: (item: Item, signal: AbortSignal) => Promise<Result>,
  signal?: AbortSignal,
  gate?: Gate,
): AsyncGenerator<Result> {
  const stop = new AbortController()
  const combined = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
  const pending: Promise<Result>[] = []
  try {
    for (const item of items) {
      while (gate?.closed && pending.length > 0) yield await (pending.shift() as Promise<Result>)
      await gate?.opened(combined)
      const started = run(item, combined)
      // Marks a rejection as seen; it is thrown where its turn comes, below.
      void Promise.allSettled([started])
      pending.push(started)
      if (pending.length >= width) yield await (pending.shift() as Promise<Result>)
    }
    while (pending.length > 0) yield await (pending.shift() as Promise<Result>)
  } finally {
    stop.abort()
    await Promise.allSettled(pending)
  }
}
