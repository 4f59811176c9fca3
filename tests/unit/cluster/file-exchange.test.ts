import { readFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { type EngineRoom, engineRoom } from '../../support/engine-room.ts'

const golden =
  ', there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball. She wanted to play with it, but it was too high.'
const file = new File([readFileSync('tests/fixtures/stories260K.gguf')], 'picked.gguf')
const source = { kind: 'files', modelId: 'picked', files: [{ path: file.name, file }] } as const
/** Nobody listens there. */
const noServer = 'http://127.0.0.1:9/'

let room: EngineRoom
afterEach(() => room.close())

test.each([{ shares: [1, 1] }, { shares: [2, 1, 1] }, { shares: [1, 2, 1, 1] }])(
  'a file of the leader’s tells its story over ranks with shares $shares, without a server',
  async ({ shares }) => {
    room = engineRoom(noServer, shares, { weights: 'f32' })
    const plan = await room.coordinator.loadModel(source)
    expect(plan.deviceIds).toHaveLength(shares.length)
    const reports = plan.deviceIds.map((deviceId) => room.coordinator.status(deviceId).report!)
    expect(reports[0]!.downloadedBytes).toBe(0)
    for (const { weightBytes, downloadedBytes, notices } of reports.slice(1)) {
      expect(downloadedBytes).toBeGreaterThan(0)
      expect(downloadedBytes).toBeLessThanOrEqual(weightBytes)
      expect(notices.map(({ code }) => code)).toEqual(['storage-full'])
    }
    const { text } = await room.infer({ input: { text: 'Once upon a time' }, maxTokens: 74 })
    expect(text?.startsWith(golden)).toBe(true)
  },
)
