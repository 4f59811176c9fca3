import { expect, test } from 'vitest'
import { ReplayWindow } from '../../../src/net/replay-window.ts'

test('numbers are taken in any order, each once', () => {
  const window = new ReplayWindow()
  for (const number of [3, 0, 2, 1]) {
    expect(window.isFresh(number)).toBe(true)
    window.take(number)
  }
  for (const number of [0, 1, 2, 3]) expect(window.isFresh(number)).toBe(false)
  expect(window.isFresh(4)).toBe(true)
})

test('over many numbers none is taken twice, and one far behind the newest not at all', () => {
  const window = new ReplayWindow()
  for (let number = 0; number < 50_000; number++) if (number !== 45_000 && number !== 49_000) window.take(number)
  expect(window.isFresh(49_000)).toBe(true)
  expect(window.isFresh(45_000)).toBe(false)
  const all = Array.from({ length: 50_000 }, (_, number) => number)
  expect(all.filter((number) => window.isFresh(number))).toEqual([49_000])
})
