import { expect, test } from 'vitest'
import { lobbyView } from '../../../src/cluster/room-view.ts'
import type { SessionState } from '../../../src/cluster/session-state.ts'
import { planShards } from '../../../src/plan/splitter.ts'
import { blockFormats, device, smollm2 } from '../../support/plan-models.ts'

const profile = device(0, 2 ** 30, 1e9)
const plan = planShards(smollm2, [profile], {
  modelId: 'smollm2',
  epoch: 1,
  contextLength: 256,
  formats: blockFormats(smollm2, 'int4'),
})

function holdingIn(state: SessionState) {
  const status = () => ({ progress: null, report: null, error: null })
  const coordinator = { state, plan, model: null, steps: [], wire: 'f32', status }
  const frame = { link: null, signaling: 'off', notices: [] } as const
  return lobbyView(frame, profile, coordinator as unknown as Parameters<typeof lobbyView>[2]).devices[0]!.holding
}

test('a device has its place in the plan from when it is told to load, and none in a room that failed', () => {
  expect(holdingIn({ kind: 'loading', modelId: 'smollm2' })).toMatchObject({
    rank: 0,
    weightBytes: plan.weightBytes[0],
  })
  expect(holdingIn({ kind: 'failed', error: { code: 'out-of-memory', message: 'Full.' } })).toBeNull()
})
