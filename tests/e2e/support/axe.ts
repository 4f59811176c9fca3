// What axe finds on a page as it is shown now.
import type { Page } from '@playwright/test'
import axe from 'axe-core'
import type { ColorScheme } from './windows.ts'

/** Each as the rule's name, where, and how to mend it. In the dark only the colours are others. */
export async function axeFindings(page: Page, colorScheme: ColorScheme): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source)
  return page.evaluate(findings, colorScheme === 'dark' ? ['color-contrast', 'link-in-text-block'] : null)
}

/** Runs in the page, which has axe as a global. */
async function findings(rules: string[] | null): Promise<string[]> {
  const { axe: here } = globalThis as unknown as { axe: typeof axe }
  const { violations } = await here.run(document, { resultTypes: ['violations'], ...(rules && { runOnly: rules }) })
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${JSON.stringify(target)} ${failureSummary}`),
  )
}
