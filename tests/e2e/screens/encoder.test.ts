// A model that embeds text: sentences compared, a word guessed. Its words are made up: no trained encoder is small enough to lie here.
import { wordedEncoder } from '../../support/worded-encoder.ts'
import { formRoom, load } from '../support/script.ts'
import { expect, test } from '../support/stage.ts'
import { shoot } from './shoot.ts'

test('sentences compared, a masked word guessed', async ({ stage }) => {
  const encoder = await wordedEncoder()
  try {
    const site = await stage.serve({ models: [encoder.folder] })
    const [leader] = await formRoom(stage, site, { tabs: 2 })
    await load(leader, 'worded')
    for (const [index, words] of ['w10 w11', 'w10 w12 w13', 'w40 w41 w42'].entries())
      await leader.getByTestId('sentence').nth(index).fill(words)
    await leader.getByTestId('compare').click()
    await expect(leader.getByTestId('likeness')).toBeVisible()
    await leader.getByTestId('masked').fill('w10 [MASK] w11')
    await leader.getByTestId('guess').click()
    await expect(leader.getByTestId('guesses').getByRole('listitem')).toHaveCount(5)
    await shoot(leader, 'sentences')
    await shoot(leader, 'masked-word', { from: 'hr-fill-mask' })
  } finally {
    await encoder.close()
  }
})
