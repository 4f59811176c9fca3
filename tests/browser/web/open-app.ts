// The whole page at an address, over a double of the engine.
import { onTestFinished } from 'vitest'
import { HrApp } from '../../../web/hr-app.ts'
import { settled } from './page-support.ts'
import { SystemDouble } from './system-double.ts'

/** Shown until the test ends. */
export async function openApp(hash = '#/'): Promise<{ app: HrApp; system: SystemDouble }> {
  history.replaceState(null, '', hash)
  const system = new SystemDouble()
  const app = new HrApp(system)
  document.body.append(app)
  onTestFinished(() => app.remove())
  await rendered(app)
  return { app, system }
}

/** After what the page awaits has settled. */
export async function rendered(app: HrApp): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20))
  await settled(app)
}
