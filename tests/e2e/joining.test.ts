// Ways into a room besides opening its link: words that somebody reads aloud, and a code before this device's own camera.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { encodeQR } from 'qr'
import { launchOptions } from './support/launch.ts'
import { joinByHand, startRoomByHand } from './support/people.ts'
import { checkScreen } from './support/screen-checks.ts'
import { expect, test } from './support/stage.ts'

test('twelve words that the leader reads aloud lead into the room', async ({ stage }) => {
  const site = await stage.serve()
  const leader = await stage.visit(site.url)
  await startRoomByHand(leader)
  await leader.getByTestId('room-words').locator('summary').click()
  const items = leader.getByTestId('room-words').getByRole('listitem')
  await expect(items).toHaveCount(12)
  const words = await items.allTextContents()

  const guest = await stage.visit(site.url)
  await guest.getByTestId('link-field').fill(words.with(0, 'headroom').join(' '))
  await guest.getByTestId('open-link').click()
  await expect(guest.getByTestId('failure')).toContainText('This link leads to no room')
  await guest.getByTestId('link-field').fill(words.join(' ').toUpperCase())
  await guest.getByTestId('open-link').click()
  await joinByHand(guest)
})

/** A film of one picture, as Chromium's stand-in for a camera reads it: uncompressed YUV 4:2:0, white with the code in the middle. */
function filmOf(text: string): Buffer {
  const [width, height] = [640, 480]
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: 4 })
  const scale = Math.floor(height / modules.length)
  const [left, top] = [width - modules.length * scale, height - modules.length * scale].map((space) => space >> 1)
  const luma = Buffer.alloc(width * height, 235)
  for (const [row, cells] of modules.entries())
    for (const [column, dark] of cells.entries())
      if (dark)
        for (let y = 0; y < scale; y++)
          luma.fill(
            16,
            (top! + row * scale + y) * width + left! + column * scale,
            (top! + row * scale + y) * width + left! + (column + 1) * scale,
          )
  const frame = [Buffer.from('FRAME\n'), luma, Buffer.alloc((width * height) / 2, 128)]
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F15:1 Ip A1:1 C420jpeg\n`), ...frame, ...frame])
}

test('a code before the camera leads to its room, and what stands in the way has words of its own', async ({
  stage,
}) => {
  const site = await stage.serve()
  const leader = await stage.visit(site.url)
  await leader.getByTestId('scan').click()
  await expect(leader.getByTestId('scanner')).toContainText('This device has no camera')
  await checkScreen(leader, 'scanner without a camera')
  await leader.keyboard.press('Escape')
  await expect(leader.getByTestId('scan')).toBeFocused()
  const link = await startRoomByHand(leader)

  const directory = await mkdtemp(join(tmpdir(), 'headroom-film-'))
  const film = join(directory, 'film.y4m')
  const { args, ...options } = launchOptions.launchOptions
  const camera = ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${film}`]
  const elsewhere = '--host-resolver-rules=MAP headroom.example 127.0.0.1'
  await writeFile(film, filmOf('https://example.org/'))
  const browser = await chromium.launch({ ...options, args: [...args, ...camera, elsewhere] })
  try {
    const insecure = await browser.newPage()
    await insecure.goto(site.url.replace(/localhost|127\.0\.0\.1/, 'headroom.example'))
    await expect(insecure.getByText('This address is not secure')).toBeVisible()
    await checkScreen(insecure, 'an address that is not secure')
    await insecure.close()

    const refused = await browser.newPage()
    await refused.goto(site.url)
    await refused.getByTestId('scan').click()
    await expect(refused.getByTestId('scanner')).toContainText('The camera is not allowed')
    await checkScreen(refused, 'scanner without leave to use the camera')
    await refused.close()

    const page = await browser.newPage({ permissions: ['camera'] })
    await page.goto(site.url)
    await page.getByTestId('scan').click()
    await expect(page.getByTestId('scanner')).toContainText('This code is not a room’s')
    await page.keyboard.press('Escape')
    await writeFile(film, filmOf(link))
    await page.getByTestId('scan').click()
    await expect(page.getByTestId('join')).toBeVisible()
    expect(page.url()).toBe(link)
  } finally {
    await browser.close()
    await rm(directory, { recursive: true })
  }
})
