// A room of two whose guest's memory is too small for its share of the default model.
import { chromium, type Page } from '@playwright/test'
import { defaultModelPath } from '../../support/default-model.ts'
import { launchOptions } from './launch.ts'
import { deviceRows, joinByHand, startRoomByHand } from './people.ts'
import { waitForState } from './script.ts'
import { expect, type Stage } from './stage.ts'

/** `then` gets both pages when the leader's goes on without it. */
export async function whereMemoryIsFull(
  stage: Stage,
  then: (leader: Page, guest: Page) => Promise<void>,
): Promise<void> {
  const site = await stage.serve({ models: [defaultModelPath()] })
  const leader = await stage.visit(`${site.url}?executor=wasm&shares=1,1`)
  const link = await startRoomByHand(leader)
  const { args, ...options } = launchOptions.launchOptions
  // WebAssembly in this browser ends at 32 MB: enough to be measured, too little for half of the model.
  const small = await chromium.launch({ ...options, args: [...args, '--js-flags=--wasm-max-mem-pages=512'] })
  try {
    const guest = await small.newPage()
    await guest.goto(link.replace('#', '?executor=wasm#'))
    await joinByHand(guest)
    await expect(deviceRows(leader)).toHaveCount(2)
    await leader.getByTestId('load-model').click()
    await expect(leader.getByText('memory is full').first()).toBeVisible()
    await expect(leader.getByTestId('model')).toBeVisible()
    // The others take its share over meanwhile.
    await waitForState(leader, 'ready')
    await then(leader, guest)
  } finally {
    await small.close()
  }
}
