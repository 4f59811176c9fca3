import { HeadroomError } from '../base/errors.ts'
import type { Collective, CollectiveStats } from './collective.ts'

/** One rank alone: every operation returns what it was given (the same array, no copy) and nothing is counted. */
export function createSoloCollective(): Collective {
  const stats: CollectiveStats = { bytesSent: 0, bytesReceived: 0, rounds: 0, durationsMs: [], moments: [] }
  return {
    rank: 0,
    worldSize: 1,
    stats,
    allReduceSum: async (_key, partial) => partial,
    gather: async (_key, mine) => [mine],
    async broadcast(_key, payload) {
      if (payload) return payload
      throw new HeadroomError('internal', 'The only rank must give what it broadcasts.')
    },
    close: () => undefined,
  }
}
