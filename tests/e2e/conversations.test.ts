// Conversations as people keep them: versions, the list, search, settings, files, all on real tabs and across reloads.
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { loadedRoom } from './support/loaded-room.ts'
import { answers, ask, limitAnswers, textOf } from './support/people.ts'
import { expect, type Stage, test } from './support/stage.ts'

test.use({ firstWindow: 'phone' })

/** A room of so many tabs with the model loaded, whose answers end after a few words. */
async function shortAnswers(stage: Stage, tabs: 1 | 2) {
  const { leader } = await loadedRoom(stage, { devices: tabs })
  await limitAnswers(leader, 'inventive')
  return leader
}

async function answered(leader: Page, count: number) {
  await expect(leader.getByTestId('figures')).toHaveCount(count)
}

test('an answer goes on, has versions, and a question asked in other words is a branch of its own', async ({
  stage,
}) => {
  const leader = await shortAnswers(stage, 2)
  await ask(leader, 'Once upon a time')
  await answered(leader, 1)
  await expect(leader.getByTestId('figures')).toContainText('Ended at the length limit')
  const first = await textOf(answers(leader))

  await leader.getByTestId('continue').click()
  await expect.poll(async () => (await textOf(answers(leader))).length).toBeGreaterThan(first.length + 10)
  await answered(leader, 1)
  const longer = await textOf(answers(leader))
  expect(longer.startsWith(first.trimEnd())).toBe(true)

  await leader.getByTestId('regenerate').click()
  await expect(leader.getByTestId('version')).toHaveText('2 of 2')
  await answered(leader, 1)
  await leader.getByTestId('previous-version').click()
  await expect(answers(leader)).toHaveText(longer)

  await leader.getByTestId('edit').click()
  await leader.getByTestId('edit-field').fill('Lily had a red ball')
  await leader.keyboard.press('Enter')
  await expect(leader.getByTestId('question')).toHaveText('Lily had a red ball')
  await answered(leader, 1)
  const question = leader.locator('hr-turn[data-role=user]')
  await expect(question.getByTestId('version')).toHaveText('2 of 2')
  await question.getByTestId('previous-version').click()
  await expect(leader.getByTestId('question')).toHaveText('Once upon a time')
  await expect(leader.locator('hr-turn[data-role=assistant]').getByTestId('version')).toHaveText('2 of 2')
})

test('conversations are listed, found, renamed, deleted, and the open one is there again after a reload', async ({
  stage,
}) => {
  const leader = await shortAnswers(stage, 1)
  await ask(leader, 'A whale sang')
  await answered(leader, 1)
  const whale = await textOf(answers(leader))
  await leader.getByTestId('new-chat').click()
  await ask(leader, 'A tree grew')
  await answered(leader, 1)
  const items = leader.getByTestId('conversation')

  await leader.getByTestId('conversations').click()
  await expect(leader.getByTestId('conversation-drawer')).toContainText('on this device only')
  await expect(items).toHaveText([/A tree grew/, /A whale sang/])
  await leader.getByTestId('search').fill('WHALE')
  await expect(items).toHaveText([/A whale sang/])
  await items.getByTestId('rename').click()
  await leader.getByTestId('title-field').fill('Songs')
  await leader.keyboard.press('Enter')
  await leader.getByTestId('search').fill('')
  await items.filter({ hasText: 'Songs' }).getByRole('button').first().click()
  await expect(leader.getByTestId('conversation-drawer')).toBeHidden()
  await expect(answers(leader)).toHaveText(whale)

  await leader.reload()
  await leader.getByTestId('tab-chat').click()
  await expect(answers(leader)).toHaveText(whale)
  await expect(leader.getByRole('heading', { name: 'Songs' })).toBeVisible()
  await leader.getByTestId('conversations').click()
  await items.filter({ hasText: 'A tree grew' }).getByTestId('delete-conversation').click()
  await expect(items).toHaveText([/Songs/])
  await expect(leader.getByTestId('conversation-drawer').getByTestId('undo')).toBeFocused()
  await leader.keyboard.press('Enter')
  await expect(items).toHaveText([/A tree grew/, /Songs/])
  await items.filter({ hasText: 'A tree grew' }).getByTestId('delete-conversation').click()
  await expect(items).toHaveText([/Songs/])
  await expect(leader.getByTestId('conversation-drawer').getByTestId('undo')).toBeFocused()
  await leader.reload()
  await leader.getByTestId('tab-chat').click()
  await leader.getByTestId('conversations').click()
  await expect(items).toHaveText([/Songs/])
})

test('all conversations go into a file and come back from it; a bad file changes nothing', async ({ stage }) => {
  const leader = await shortAnswers(stage, 1)
  await ask(leader, 'A whale sang')
  await answered(leader, 1)
  const whale = await textOf(answers(leader))
  const items = leader.getByTestId('conversation')
  const save = async (button: string) => {
    const [download] = await Promise.all([leader.waitForEvent('download'), leader.getByTestId(button).click()])
    return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
  }
  const bringIn = (name: string, text: string) =>
    leader.getByTestId('import-file').setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) })

  await leader.getByTestId('conversations').click()
  const json = await save('export')
  expect(json.name).toMatch(/^headroom-.*\.json$/)
  const markdown = await save('export-markdown')
  expect(markdown.name).toBe('a-whale-sang.md')
  expect(markdown.text).toContain('## You <!-- question -->\n\nA whale sang\n\n## Model <!-- answer -->\n\n')
  await items.getByTestId('delete-conversation').click()
  await expect(items).toHaveCount(0)
  await expect(answers(leader)).toHaveCount(0)

  await bringIn('holiday.json', '{"photos": []}')
  await expect(leader.getByTestId('failure')).toContainText('holiday.json')
  for (const { name, text } of [json, markdown]) {
    await bringIn(name, text)
    await leader.getByTestId('conversations').click()
    await items.getByRole('button').first().click()
    await expect(answers(leader)).toHaveText(whale)
    await leader.getByTestId('conversations').click()
    await items.getByTestId('delete-conversation').click()
    await expect(items).toHaveCount(0)
  }
})
