import { expect, test } from 'vitest'
import type { RunningEngine } from '../../../tools/bench/engines.ts'
import { oneThreadEngine, takeTurns } from '../../../tools/bench/turns.ts'

/** An engine that reports `msPerToken` and remembers how many tokens it was asked for. */
function engine(msPerToken: number | Error): RunningEngine & { runs: number[] } {
  const runs: number[] = []
  return {
    runs,
    own: null,
    async run({ tokens }) {
      if (msPerToken instanceof Error) throw msPerToken
      runs.push(tokens)
      return { tokens, ms: tokens * msPerToken }
    },
    profile: () => Promise.reject(new Error('not profiled')),
    close: async () => undefined,
  }
}

test('everybody has a short run and then five of about 2.5 s, within bounds', async () => {
  const engines = { 'read-speed': engine(0.1), ours: engine(50), peer: engine(100), slow: engine(900) }
  const times = await takeTurns(new Map(Object.entries(engines)), 'decode', {})
  expect(engines.ours.runs).toEqual([4, 50, 50, 50, 50, 50])
  expect(engines.peer.runs).toEqual([4, 25, 25, 25, 25, 25])
  expect(engines.slow.runs).toEqual([4, 6, 6, 6, 6, 6])
  expect(times.get('peer')).toHaveLength(5)
})

test('a peer over twenty times slower than ours has two short runs, the last of which counts, and it is said', async () => {
  const engines = { 'read-speed': engine(1), ours: engine(10), peer: engine(210), near: engine(190) }
  const notes: Record<string, string> = {}
  const times = await takeTurns(new Map(Object.entries(engines)), 'decode', notes)
  expect(engines.peer.runs).toEqual([4, 4])
  expect(times.get('peer')).toEqual([{ tokens: 4, ms: 840 }])
  expect(Object.keys(notes)).toEqual(['peer, runs'])
  expect(engines.near.runs).toHaveLength(6)
})

test('a slow peer reads fewer tokens of a prompt, ours all 512 on any threads', async () => {
  const oneThread = engine(200)
  const engines = { 'read-speed': engine(1), ours: engine(100), peer: engine(120), [oneThreadEngine]: oneThread }
  const notes: Record<string, string> = {}
  await takeTurns(new Map(Object.entries(engines)), 'prefill', notes)
  expect(engines.ours.runs).toEqual([32, 512, 512, 512])
  expect(oneThread.runs).toEqual([32, 512, 512, 512])
  expect(engines.peer.runs).toEqual([32, 100, 100, 100])
  expect(notes['peer, runs']).toContain('100 tokens')
})

test('a peer that fails goes home with its words; ours must not', async () => {
  const broken = () => engine(new Error('out of memory\nat loadModel'))
  const notes: Record<string, string> = {}
  const peers = new Map(Object.entries({ 'read-speed': engine(1), ours: engine(10), peer: broken() }))
  expect((await takeTurns(peers, 'decode', notes)).has('peer')).toBe(false)
  expect(notes.peer).toBe('out of memory')
  const alone = new Map(Object.entries({ 'read-speed': engine(1), ours: broken() }))
  await expect(takeTurns(alone, 'decode', {})).rejects.toThrow('out of memory')
})
