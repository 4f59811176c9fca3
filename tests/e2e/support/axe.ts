// What axe finds on a page as it is shown now.
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import type { ColorScheme } from './windows.ts'

/** Each as the rule's name, where, and how to mend it. In the dark only the colours are others. */
export async function axeFindings(page: Page, colorScheme: ColorScheme): Promise<string[]> {
  // The usual mode opens another tab for its result, which takes the page out of sight.
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] })
  if (colorScheme === 'dark') axe.withRules(['color-contrast', 'link-in-text-block'])
  const { violations } = await axe.analyze()
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${JSON.stringify(target)} ${failureSummary}`),
  )
}
