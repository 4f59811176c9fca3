// No network, no models, even no server: the model that comes with the page answers, and so does one that was loaded before.
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from '@playwright/test'
import { projectRoot } from '../../tools/ensure-built.ts'
import { answers, ask, confirm, textOf } from './support/people.ts'
import { checkScreen } from './support/screen-checks.ts'
import { infer, startRoom, view } from './support/script.ts'
import { storiesId } from './support/site.ts'
import { expect, test } from './support/stage.ts'

const model = 'headroom-tiny'
const storyWanted = { model: storiesId, input: { text: 'Once upon a time' }, maxTokens: 16 }
const question = { model, input: { messages: [{ role: 'user' as const, content: 'My name is Zoe.' }] } }

/** A user whose models' folder is empty, and for whom every fetch, and pip, finds nobody. */
async function cutOff(): Promise<{ environment: NodeJS.ProcessEnv; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'headroom-cut-off-'))
  const noFetch = 'globalThis.fetch = () => Promise.reject(new TypeError("There is no network."))'
  const environment = {
    ...process.env,
    HEADROOM_MODELS_DIR: folder,
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(noFetch)}`,
    PIP_NO_INDEX: '1',
    PIP_CONFIG_FILE: '/dev/null',
  }
  return { environment, folder }
}

test.use({ serviceWorkers: 'allow' })

test('npm start serves without network, with the model in the box as its default', async () => {
  const { environment, folder } = await cutOff()
  const args = ['--import', 'tsx', 'tools/start.ts', '--host', '127.0.0.1', '--port', '0']
  const server = spawn(process.execPath, args, {
    cwd: projectRoot,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let said = ''
      server.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString()
        const found = /Headroom\s+(http\S+)[\s\S]*model\s+(\S+)/.exec(said)
        if (found?.[2] === model) resolve(found[1]!)
      })
      server.once('exit', (code) => reject(new Error(`It ended with ${code}: ${said}`)))
    })
    const [config, index] = await Promise.all(
      ['config.json', 'models/index.json'].map(async (path) => (await fetch(new URL(path, url))).json()),
    )
    expect(config.defaultModel).toBe(model)
    expect(index.models.map(({ id }: { id: string }) => id)).toEqual([model])
  } finally {
    server.kill()
    await rm(folder, { recursive: true, force: true })
  }
})

test('npm run demo answers without network, over four tabs of seven heads each', async () => {
  const { environment, folder } = await cutOff()
  try {
    const args = ['--import', 'tsx', 'tools/demo.ts', '--tabs', '4', '--shares', '1,1,1,1', '--executor', 'wasm']
    const asked = ['--prompt', 'My name is Zoe.', '--json']
    const { stdout } = await promisify(execFile)(process.execPath, [...args, ...asked], {
      cwd: projectRoot,
      env: environment,
    })
    const report = JSON.parse(stdout.trim().split('\n').at(-1)!)
    expect(report.model).toBe(model)
    expect(report.plan).toHaveLength(4)
    expect(report.text).toContain('Zoe')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('a page that was opened once can be installed, answers without its server with each model it keeps, and keeps what was said', async ({
  stage,
}) => {
  const site = await stage.serve()
  const address = `${site.url}?executor=wasm#/`
  const before = await stage.visit(address)
  await before.evaluate(() => navigator.serviceWorker.ready)
  expect(await installObstacles(before)).toEqual([])
  await startRoom(before)
  const { text: story } = await infer(before, storyWanted)
  expect(story).toContain('there was a little girl')
  await site.stop()
  const page = await before.context().newPage()
  await before.close()
  await page.goto(address)
  await page.waitForFunction(() => globalThis.headroom !== undefined)
  await startRoom(page)
  await page.getByTestId('load-model').click()
  await page.waitForFunction(() => globalThis.headroom!.view.state.kind === 'ready')
  expect((await view(page)).model?.modelId).toBe(storiesId)
  expect((await infer(page, storyWanted)).text).toBe(story)
  const { text } = await infer(page, { ...question, maxTokens: 16 })
  expect(text).toContain('Zoe')
  expect((await view(page)).model?.modelId).toBe(model)

  await ask(page, 'My name is Zoe.')
  await expect(page.getByTestId('figures')).toHaveCount(1)
  const answer = await textOf(answers(page))
  await page.reload()
  await expect(answers(page)).toHaveText(answer)
  await confirm(page.getByTestId('end-room'))
  await checkScreen(page, 'start, after a room')
  await page.getByTestId('read-conversations').click()
  await expect(answers(page)).toHaveText(answer)
  await expect(page.getByText('Start a room to go on.')).toBeVisible()
  await checkScreen(page, 'conversations without a room')
})

/** What Chromium finds wrong with the manifest and with installing the page, besides that a test's window is a private one. */
async function installObstacles(page: Page): Promise<string[]> {
  const devtools = await page.context().newCDPSession(page)
  const { errors } = await devtools.send('Page.getAppManifest')
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors')
  await devtools.detach()
  return [...errors.map(({ message }) => message), ...installabilityErrors.map(({ errorId }) => errorId)].filter(
    (found) => found !== 'in-incognito',
  )
}
