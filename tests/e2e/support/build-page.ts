import { ensureBuilt } from '../../../tools/ensure-built.ts'

/** The page under test is what the sources say now. */
export default async function buildPage(): Promise<void> {
  await ensureBuilt()
}
