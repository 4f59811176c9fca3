import { expect, test } from 'vitest'
import { throwIfAborted } from '../../../src/base/errors.ts'
import { createLatestTask } from '../../../src/cluster/latest-task.ts'

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('a newer task cancels the one before and begins when that has ended, however it ends', async () => {
  const tasks = createLatestTask()
  const log: string[] = []
  const first = tasks.run(async (signal) => {
    log.push('first begins')
    await later(5)
    log.push(`first ends, ${signal.aborted ? 'cancelled' : 'not cancelled'}`)
    throwIfAborted(signal)
  })
  await later(1)
  const second = tasks.run(async () => log.push('second begins'))
  await expect(first).rejects.toMatchObject({ code: 'aborted' })
  await second
  expect(log).toEqual(['first begins', 'first ends, cancelled', 'second begins'])
})

test('cancel reaches only the newest task', async () => {
  const tasks = createLatestTask()
  expect(await tasks.run(async () => 1)).toBe(1)
  tasks.cancel()
  expect(await tasks.run(async (signal) => signal.aborted)).toBe(false)
  const stopped = tasks.run(async (signal) => signal.aborted)
  tasks.cancel()
  expect(await stopped).toBe(true)
})
