// Downloads of a model that are held up on their way, so that there is time to look at a room that loads.
import type { Page } from '@playwright/test'

/** From now on what this person's browser asks of a model waits; call what it resolves with to let all of it go on. */
export async function holdDownloads(page: Page): Promise<() => void> {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.context().route('**/models/*.gguf*', async (route) => {
    await held
    await route.continue()
  })
  return release
}
