// Models that embed text over real tabs: transformers' numbers for the seeded checkpoints, the page, and the demo's own words.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { call } from '../../tools/browser-room.ts'
import { projectRoot } from '../../tools/ensure-built.ts'
import { type NamedTensor, readSafetensors } from '../support/read-safetensors.ts'
import { positions, wideEncoder } from '../support/wide-encoder.ts'
import { wordedEncoder } from '../support/worded-encoder.ts'
import { checkScreen } from './support/screen-checks.ts'
import { formRoom, load } from './support/script.ts'
import { expect, test } from './support/stage.ts'

const tolerance = 1e-3
const query = 'executor=wasm&weights=f32'

interface Expected {
  tokens: number[]
  tokenTypes: number[]
  attentionMask: number[]
  hidden: number[]
  logits: number[]
  meanPooled: number[]
}

/** The padded row of a seeded checkpoint's batch. */
async function paddedRow(name: string): Promise<Expected> {
  const tensors = await readSafetensors(join(projectRoot, `tests/fixtures/${name}/expected.safetensors`), [
    'F32',
    'I32',
  ])
  const numbers = (key: string) => [...rowOf(tensors.get(key)!, 1)]
  const tokens = numbers('input_ids')
  const meanPooled = numbers('mean_pooled')
  return {
    tokens,
    tokenTypes: numbers('token_type_ids'),
    attentionMask: numbers('attention_mask'),
    hidden: numbers('hidden_states').slice(-tokens.length * meanPooled.length),
    logits: numbers('logits'),
    meanPooled,
  }
}

function rowOf({ shape, values }: NamedTensor, index: number): Float32Array {
  const size = values.length / shape[0]!
  return values.subarray(index * size, (index + 1) * size)
}

function largestDifference(actual: ArrayLike<number>, expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length)
  return expected.reduce((worst, value, i) => Math.max(worst, Math.abs(value - actual[i]!)), 0)
}

function encodeOn(leader: Page, model: string, { tokens, tokenTypes, attentionMask }: Expected) {
  const request = { model, input: { tokens, tokenTypes, attentionMask }, logits: true }
  return call(() =>
    leader.evaluate(async (asked) => {
      const result = await globalThis.headroom!.processInference(asked)
      if (result.kind !== 'encoded') throw new Error('The model generated text.')
      return { embedding: [...result.embedding], hidden: [...result.hidden!], logits: [...result.logits!] }
    }, request),
  )
}

test('two tabs have transformers’ states, mean and logits of a padded text of BERT and of MobileBERT', async ({
  stage,
}) => {
  const names = ['bert', 'mobilebert']
  const site = await stage.serve({ models: names.map((name) => join(projectRoot, 'tests/fixtures', name)) })
  const [leader] = await formRoom(stage, site, { tabs: 2, query: `${query}&shares=2,1` })
  for (const name of names) {
    const expected = await paddedRow(name)
    const { embedding, hidden, logits } = await encodeOn(leader, name, expected)
    expect(largestDifference(hidden, expected.hidden)).toBeLessThan(tolerance)
    expect(largestDifference(logits, expected.logits)).toBeLessThan(tolerance)
    expect(largestDifference(embedding, expected.meanPooled)).toBeLessThan(tolerance)
    const chat = call(() =>
      leader.evaluate(() => globalThis.headroom!.chat({ messages: [{ role: 'user', content: 'Hi' }] })),
    )
    await expect(chat).rejects.toMatchObject({ code: 'bad-input', message: /embeds text and does not chat/ })
  }
})

test('a text of 512 tokens as wide as BERT-Large’s goes over tabs, and over workers of one, in one step', async ({
  stage,
}) => {
  const encoder = await wideEncoder()
  try {
    const site = await stage.serve({ models: [encoder.folder] })
    const [leader] = await formRoom(stage, site, { tabs: 3, query })
    const tokens = Array.from({ length: positions }, (_, i) => (i * 7) % 64)
    const [together, alone, workers] = await call(() => leader.evaluate(hiddenOver, tokens))
    const sumBytes = positions * 1024 * 4
    expect(alone!.bytes).toBe(0)
    expect(together!.bytes).toBeGreaterThan(2 * 5 * sumBytes)
    expect(workers!.bytes).toBeGreaterThan(5 * sumBytes)
    for (const { difference } of [alone!, workers!]) expect(difference).toBeLessThan(1e-4)
  } finally {
    await encoder.close()
  }
})

/** Runs in the page: the whole room, this device alone, two workers here; what went over lanes, and how far from the first's hidden states. */
async function hiddenOver(tokens: number[]): Promise<{ bytes: number; difference: number }[]> {
  const results: { bytes: number; difference: number }[] = []
  let first: Float32Array | null = null
  for (const devices of [undefined, { local: 1 }, { local: 2 }]) {
    const place = devices ? { devices } : {}
    const result = await globalThis.headroom!.processInference({ model: 'wide', input: { tokens }, ...place })
    if (result.kind !== 'encoded') throw new Error('The model generated text.')
    const hidden = result.hidden!
    first ??= hidden
    const difference = first.reduce((worst, value, i) => Math.max(worst, Math.abs(value - hidden[i]!)), 0)
    results.push({ bytes: result.timings.bytes, difference })
  }
  return results
}

test('the page of two tabs compares sentences and guesses a word', async ({ stage }) => {
  const encoder = await wordedEncoder()
  try {
    const site = await stage.serve({ models: [encoder.folder] })
    const [leader] = await formRoom(stage, site, { tabs: 2, query })
    await load(leader, 'worded')
    await expect(leader.getByTestId('prompt')).toHaveCount(0)
    for (const [index, words] of ['w10 w11', 'w10 w12 w13'].entries())
      await leader.getByTestId('sentence').nth(index).fill(words)
    await leader.getByTestId('sentence').nth(2).fill('w10 w11')
    await leader.getByTestId('compare').click()
    const cells = leader.getByTestId('likeness').locator('tbody td')
    await expect(cells).toHaveCount(9)
    const likeness = (await cells.allTextContents()).map(Number)
    expect(likeness[2]).toBe(1)
    expect(likeness[1]).toBe(likeness[3])
    expect(likeness[1]).toBeLessThan(1)
    await leader.getByTestId('masked').fill('w10 [MASK] w11')
    await leader.getByTestId('guess').click()
    await expect(leader.getByTestId('guesses').getByRole('listitem')).toHaveCount(5)
    await checkScreen(leader, 'sentences')
  } finally {
    await encoder.close()
  }
})

test('the demo writes an encoder’s states, mean and logits, and says in JSON what does not apply', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'headroom-'))
  try {
    const expected = await paddedRow('bert')
    const dump = join(folder, 'dump.safetensors')
    const report = await demo([
      ...['--model', 'tests/fixtures/bert', '--executor', 'wasm', '--weights', 'f32', '--dump', dump],
      ...['--tokens', expected.tokens.join(), '--token-types', expected.tokenTypes.join()],
      ...['--attention-mask', expected.attentionMask.join()],
    ])
    expect(report).toMatchObject({ family: 'BERT', tabs: 2, tokens: null, text: null, tokensPerSecond: null })
    expect(report).toMatchObject({ promptTokens: expected.tokens, candidates: null, timeToFirstTokenMs: null })
    expect(largestDifference((report.embeddings as number[][])[0]!, expected.meanPooled)).toBeLessThan(tolerance)
    const written = await readSafetensors(dump, ['F32', 'I32'])
    const { length } = expected.tokens
    expect(written.get('hidden')!.shape).toEqual([length, expected.meanPooled.length])
    expect(written.get('logits')!.shape).toEqual([length, expected.logits.length / length])
    expect(largestDifference(written.get('hidden')!.values, expected.hidden)).toBeLessThan(tolerance)
    expect(largestDifference(written.get('logits')!.values, expected.logits)).toBeLessThan(tolerance)
    expect(largestDifference(written.get('mean_pooled')!.values, expected.meanPooled)).toBeLessThan(tolerance)
    expect([...written.get('input_ids')!.values]).toEqual(expected.tokens)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('the demo embeds texts in order, guesses a masked word, and does not chat', async () => {
  const encoder = await wordedEncoder()
  const model = ['--model', encoder.folder, '--executor', 'wasm', '--weights', 'f32']
  try {
    const embedded = await demo([...model, '--embed', 'w10 w11', '--embed', 'w12'])
    expect(embedded.embeddings).toHaveLength(2)
    expect(embedded.promptTokens).toEqual([2, 10, 11, 3, 2, 12, 3])
    const filled = await demo([...model, '--tabs', '1', '--fill-mask', 'w10 [MASK]'])
    expect(filled.embeddings).toBeNull()
    expect(filled.candidates).toHaveLength(5)
    expect(await demo([...model, '--tabs', '1', '--prompt', 'Hello'])).toMatchObject({ error: { code: 'bad-input' } })
  } finally {
    await encoder.close()
  }
})

/** The last line of `npm run demo -- ARGS --json`, also where it fails. */
function demo(argv: readonly string[]): Promise<Record<string, unknown>> {
  const args = ['tools/run.mjs', '', 'tools/demo.ts', ...argv, '--json']
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: projectRoot, maxBuffer: 1e8 }, (_, stdout, stderr) => {
      const line = stdout.trim().split('\n').at(-1)
      if (line) resolve(JSON.parse(line))
      else reject(new Error(`The demo said nothing: ${stderr}`))
    })
  })
}
