// The library without the page: two engine workers of one tab, from the lane down what a room runs.
import { expect, test } from './support/stage.ts'

test('the example page splits a model over two workers of one tab and streams an answer', async ({ stage }) => {
  const site = await stage.serve()
  const page = await stage.visit(site.url)
  await page.goto(`${site.url}web/example/index.html`)
  await page.getByLabel('Ask something').fill('Once upon a time')
  await page.getByRole('button', { name: 'Answer' }).click()
  await expect(page.getByRole('status')).toHaveText(/^64 tokens, the first after \d+ ms\.$/)
  await expect(page.locator('#answer')).toHaveText(/[a-z]+ [a-z]+ [a-z]+/)
})
