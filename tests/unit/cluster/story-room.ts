// Rooms of engines around the small story model, which a test opens; all are closed after it.
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { CoordinatorOptions } from '../../../src/cluster/coordinator-options.ts'
import type { SessionState } from '../../../src/cluster/session-state.ts'
import type { ExecutorKind } from '../../../src/plan/device-profile.ts'
import { type EngineRoom, engineRoom, type ServedModel, serveModelAt } from '../../support/engine-room.ts'
import { type JoiningGuest, newGuest } from '../../support/joining-guest.ts'

export const story = ', there was a little girl named Lily.'
export const request = {
  input: { text: 'Once upon a time' },
  maxTokens: 24,
  ignoreEos: false,
  sampling: {},
  dump: false,
} as const
export const silent = () => undefined

export let served: ServedModel
beforeAll(async () => {
  served = await serveModelAt('tests/fixtures/stories260K.gguf', ['stories260K.gguf'])
})
afterAll(() => served.close())

const opened: (EngineRoom | JoiningGuest)[] = []
afterEach(() => {
  for (const one of opened.splice(0)) 'close' in one ? one.close() : one.engine.close()
})

export function roomOf(options: Partial<CoordinatorOptions> & { executor?: ExecutorKind } = {}): EngineRoom {
  const room = engineRoom(served.baseUrl, [1], { weights: 'f32', shares: null, ...options })
  opened.push(room)
  return room
}

export function guestOf(room: EngineRoom, deviceId: string, profile = {}): JoiningGuest {
  const guest = newGuest(room, served.baseUrl, deviceId, profile)
  opened.push(guest)
  return guest
}

export function reaches({ coordinator }: EngineRoom, kind: SessionState['kind'], deviceIds?: string[]): Promise<void> {
  const there = () =>
    coordinator.state.kind === kind && (!deviceIds || coordinator.plan?.deviceIds.join() === deviceIds.join())
  return new Promise((resolve) => {
    if (there()) resolve()
    const stop = coordinator.on('change', () => {
      if (!there()) return
      stop()
      resolve()
    })
  })
}

export async function tellsItsStory(room: EngineRoom): Promise<void> {
  const { text } = await room.coordinator.infer(request, silent)
  expect(text?.startsWith(story)).toBe(true)
}
