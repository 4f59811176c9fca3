// Which positions go over, and when, of two executors that compute nothing. What moved keys and values are worth: tests/contracts/cache-contract.ts.
import { expect, test } from 'vitest'
import type { Executor, ExecutorFactory, Step } from '../../../src/compute/executor.ts'
import { type MovableExecutor, PhasedExecutor } from '../../../src/compute/phased/phased-executor.ts'
import { createPhasedFactory } from '../../../src/compute/phased/phased-factory.ts'
import { plainRequest } from '../../../src/model/sampling.ts'
import { whole } from '../../support/contract-ranks.ts'
import { mistralLike } from '../../support/family-configs.ts'
import { tinyConfig } from '../../support/tiny-model.ts'

/** Writes down what it is asked for. */
function idle(name: string, log: string[], more: Partial<Executor> = {}): MovableExecutor {
  return {
    kind: 'reference',
    memory: { weightBytes: 100, kvBytes: 10, peakBytes: 120 },
    embed: () => new Float32Array(0),
    begin(step) {
      log.push(`${name} begins ${step.positions.length} behind ${step.pastLength}`)
      return { step, tokenCount: step.positions.length }
    },
    partial: async () => new Float32Array(0),
    join: () => undefined,
    head: async () => [],
    readHidden: async () => new Float32Array(0),
    close: () => undefined,
    ...more,
    cache: {
      async read({ start, end }) {
        log.push(`${name} gives ${start} to ${end}`)
        return new Float32Array(0)
      },
      write({ start, end }) {
        log.push(`${name} takes ${start} to ${end}`)
      },
    },
  }
}

function pair(config = tinyConfig({ contextLength: 400 }), more: Partial<Executor> = {}) {
  const log: string[] = []
  const halves = { prefill: idle('reader', log), decode: idle('writer', log, more) }
  const executor = new PhasedExecutor(halves, 4, { config, shard: whole(config)[0]! })
  const begin = (count: number, pastLength: number) => {
    const positions = Array.from({ length: count }, (_, i) => pastLength + i)
    const step: Step = { epoch: 1, step: 0, sequence: 0, pastLength, tokens: positions, positions, rows: 'last' }
    return executor.begin(step, new Float32Array(0))
  }
  const run = async (count: number, pastLength: number) => {
    log.length = 0
    await executor.partial(begin(count, pastLength), 0)
    return [...log]
  }
  return { executor, run, begin, log }
}

test('steps of few tokens are written on the one, of more read on the other, and nothing goes over twice', async () => {
  const { run } = pair()
  expect(await run(20, 0)).toEqual(['reader begins 20 behind 0'])
  expect(await run(1, 20)).toEqual(['reader gives 0 to 20', 'writer takes 0 to 20', 'writer begins 1 behind 20'])
  expect(await run(3, 21)).toEqual(['writer begins 3 behind 21'])
  expect(await run(4, 24)).toEqual(['writer gives 20 to 24', 'reader takes 20 to 24', 'reader begins 4 behind 24'])
  expect(await run(1, 28)).toEqual(['reader gives 24 to 28', 'writer takes 24 to 28', 'writer begins 1 behind 28'])
})

test('going back costs nothing where both hold what stays, and what was computed since goes over anew', async () => {
  const { run } = pair()
  await run(20, 0)
  await run(1, 20)
  expect(await run(5, 12)).toEqual(['reader begins 5 behind 12'])
  expect(await run(1, 10)).toEqual(['writer begins 1 behind 10'])
  expect(await run(4, 11)).toEqual(['writer gives 10 to 11', 'reader takes 10 to 11', 'reader begins 4 behind 11'])
  expect(await run(1, 0)).toEqual(['writer begins 1 behind 0'])
  expect(await run(4, 1)).toEqual(['writer gives 0 to 1', 'reader takes 0 to 1', 'reader begins 4 behind 1'])
})

test('of a window only what its ring still holds goes over', async () => {
  const { run } = pair(mistralLike())
  await run(100, 0)
  await run(100, 100)
  await run(100, 200)
  // The ring holds 135 positions, the step's own among them.
  expect((await run(1, 300)).slice(0, 2)).toEqual(['reader gives 166 to 300', 'writer takes 166 to 300'])
})

test('a long conversation goes over in pieces of 4 MiB', async () => {
  // 2 layers of keys and values of 3 heads of 512: 6,144 numbers a position.
  const { run } = pair(tinyConfig({ headSize: 512, contextLength: 400 }))
  await run(200, 0)
  const pieces = [
    'reader gives 0 to 170',
    'writer takes 0 to 170',
    'reader gives 170 to 200',
    'writer takes 170 to 200',
  ]
  expect(await run(1, 200)).toEqual([...pieces, 'writer begins 1 behind 200'])
})

test('what a step leans on goes over once, before the first that is asked of it, even of a step that was begun and left', async () => {
  const { executor, run, begin, log } = pair()
  await run(20, 0)
  const left = begin(1, 20)
  await expect(executor.head(begin(1, 20), plainRequest)).resolves.toEqual([])
  expect(log.filter((line) => line.startsWith('writer takes'))).toEqual(['writer takes 0 to 20'])
  await expect(executor.partial(left, 0)).rejects.toMatchObject({ code: 'internal' })
})

test('its memory and its work are those of both', () => {
  const work = { dispatches: 1, submits: 2, readbacks: 3, uploadedBytes: 4, readBytes: 5 }
  const { executor } = pair(tinyConfig(), { work })
  expect(executor.memory).toEqual({ weightBytes: 200, kvBytes: 20, peakBytes: 240 })
  expect(executor.work).toEqual(work)
  expect(pair().executor.work).toBeUndefined()
})

test('a step that another follows while what it leans on goes over is refused', async () => {
  const { executor, run, begin, log } = pair()
  await run(20, 0)
  const asked = executor.partial(begin(1, 20), 0)
  begin(4, 20)
  await expect(asked).rejects.toMatchObject({ code: 'internal' })
  expect(log).not.toContain('writer begins 1 behind 20')
})

test('where one of the two cannot share a conversation both are given back', async () => {
  const closed: string[] = []
  const factoryOf = (name: string, isMovable: boolean): ExecutorFactory => {
    const { cache, ...executor } = idle(name, [], { close: () => closed.push(name) })
    const finish = async () => (isMovable ? { ...executor, cache } : executor)
    return {
      kind: 'reference',
      describe: async () => name,
      create: async () => ({ write: async () => undefined, finish, close: () => undefined }),
    }
  }
  const config = tinyConfig()
  const setup = { config, shard: whole(config)[0]!, tensors: [], threads: 1 }
  for (const isMovable of [true, false]) {
    const halves = { prefill: factoryOf('reader', isMovable), decode: factoryOf('writer', !isMovable) }
    const loader = await createPhasedFactory({ ...halves, promptTokens: 4 }).create(setup)
    await expect(loader.finish()).rejects.toThrow('cannot be moved')
  }
  expect(closed).toEqual(['reader', 'writer', 'reader', 'writer'])
})
