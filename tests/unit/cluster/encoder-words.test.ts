// Texts through the whole engine: what is cut, what is pooled, and words behind a mask.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { cosineSimilarity, pool } from '../../../src/model/pooling.ts'
import { bertGguf } from '../../support/bert-gguf.ts'
import { type EngineRoom, engineRoom, serveModelAt } from '../../support/engine-room.ts'
import { pieces, wordedEncoder } from '../../support/worded-encoder.ts'

const open: { close(): unknown }[] = []

afterEach(async () => {
  for (const opened of open.splice(0).reverse()) await opened.close()
})

async function loaded(files?: Record<string, unknown>, shares: readonly number[] = [1]): Promise<EngineRoom> {
  const encoder = await wordedEncoder(files)
  const served = await serveModelAt(encoder.folder, encoder.paths)
  const room = engineRoom(served.baseUrl, shares, { weights: 'f32' })
  open.push(encoder, served, room)
  await room.coordinator.loadModel(served.source)
  return room
}

const words = (count: number) => Array.from({ length: count }, (_, i) => `w${10 + i}`).join(' ')
const [cls, sep, mask] = ['[CLS]', '[SEP]', '[MASK]'].map((piece) => pieces.indexOf(piece))

test.each([[[1]], [[2, 1]], [[1, 2, 1]], [[1, 1, 2, 1]]])(
  'the likeliest words for a mask, and their probabilities over the whole vocabulary, on %j',
  async (shares) => {
    const room = await loaded({}, shares)
    const text = 'w7 [MASK] w9'
    const [filled] = await room.encode({ inputs: [{ text }], maskCandidates: 5 })
    expect(filled!.tokens).toEqual([cls, 7, mask, 9, sep])
    const [whole] = await room.encode({ inputs: [{ text }], logits: true })
    const logits = [...whole!.logits!.subarray(2 * pieces.length, 3 * pieces.length)]
    const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0)
    const likeliest = logits
      .map((logit, token) => ({ token, text: pieces[token], probability: Math.exp(logit) / sum }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, 5)
    expect(filled!.candidates!.map(({ token, text: word }) => [token, word])).toEqual(
      likeliest.map(({ token, text: word }) => [token, word]),
    )
    for (const [i, { probability }] of filled!.candidates!.entries())
      expect(probability).toBeCloseTo(likeliest[i]!.probability, 6)
  },
)

test('the model says that it embeds, how, and how a word to guess is written', async () => {
  const room = await loaded({
    'modules.json': [
      { path: '', type: 'sentence_transformers.models.Transformer' },
      { path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
      { path: '2_Normalize', type: 'sentence_transformers.models.Normalize' },
    ],
    '1_Pooling/config.json': { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false },
  })
  expect(room.coordinator.model?.encoder).toEqual({ pooling: { kind: 'cls', normalized: true }, maskText: '[MASK]' })
  const [encoding] = await room.encode({ inputs: [{ text: words(4) }], hidden: true })
  const { embedding, hidden, attentionMask } = encoding!
  expect([...embedding]).toEqual([...pool(hidden!, attentionMask, { kind: 'cls', normalized: true })])
  expect(cosineSimilarity(embedding, hidden!.subarray(0, embedding.length))).toBeCloseTo(1, 6)
})

test('a text is cut where the model’s files say, its last special token stays, and the cut is told', async () => {
  const room = await loaded({ 'sentence_bert_config.json': { max_seq_length: 8, do_lower_case: false } })
  const [short, long] = await room.encode({ inputs: [{ text: words(6) }, { text: words(9) }] })
  expect(short).toMatchObject({ truncatedTokens: 0, tokens: [cls, 10, 11, 12, 13, 14, 15, sep] })
  expect(long).toMatchObject({ truncatedTokens: 3, tokens: [cls, 10, 11, 12, 13, 14, 15, sep] })
  expect([...long!.embedding]).toEqual([...short!.embedding])
})

test('without such files a text is cut at the model’s last position, and plans hold no more', async () => {
  const room = await loaded()
  expect(room.coordinator.plan?.contextLength).toBe(64)
  const [encoding] = await room.encode({ inputs: [{ text: words(100) }] })
  expect(encoding).toMatchObject({ truncatedTokens: 38 })
  expect(encoding!.tokens).toHaveLength(64)
})

test('several texts stand in their order, each as if alone', async () => {
  const room = await loaded({}, [1, 1])
  const texts = [words(3), words(12), 'w200 w201']
  const together = await room.encode({ inputs: texts.map((text) => ({ text })) })
  for (const [index, text] of texts.entries()) {
    const [alone] = await room.encode({ inputs: [{ text }] })
    expect([...together[index]!.embedding]).toEqual([...alone!.embedding])
    expect(together[index]!.timings.rounds).toBe(alone!.timings.rounds)
    expect(together[index]!.timings.bytes).toBeGreaterThan(0)
  }
})

test.each([
  [1, 'mean'],
  [2, 'cls'],
  [0, 'mean'],
] as const)('a GGUF of pooling type %d embeds as its checkpoint does, by the %s, normalised', async (type, kind) => {
  const folder = await mkdtemp(join(tmpdir(), 'headroom-'))
  open.push({ close: () => rm(folder, { recursive: true, force: true }) })
  await writeFile(join(folder, 'words.gguf'), await bertGguf(type))
  const served = await serveModelAt(join(folder, 'words.gguf'), ['words.gguf'])
  const room = engineRoom(served.baseUrl, [2, 1], { weights: 'f32' })
  open.push(served, room)
  await room.coordinator.loadModel(served.source)
  expect(room.coordinator.model?.encoder).toEqual({ pooling: { kind, normalized: true }, maskText: null })
  const [found] = await room.encode({ inputs: [{ text: 'w7 w8ing W9' }] })
  const checkpoint = await loaded()
  const [wanted] = await checkpoint.encode({ inputs: [{ text: 'w7 w8ing W9' }], hidden: true })
  expect(found!.tokens).toEqual([cls, 7, 8, pieces.indexOf('##ing'), 9, sep])
  const expected = pool(wanted!.hidden!, wanted!.attentionMask, { kind, normalized: true })
  for (const [i, value] of found!.embedding.entries()) expect(value).toBeCloseTo(expected[i]!, 5)
})

describe('a word to guess is refused', () => {
  test.each([
    ['no mask here', 5, /no \[MASK\]\. Write \[MASK\] once/],
    ['[MASK] and [MASK]', 5, /has 2 \[MASK\]/],
    [`[MASK] ${words(80)}`, 5, /83 tokens, 19 more than the 64/],
    ['[MASK]', 1001, /1001 candidates make no sense/],
    ['[MASK]', 1.5, /1.5 candidates make no sense/],
  ])('%j with %d', async (text, maskCandidates, message) => {
    const room = await loaded()
    const asked = room.encode({ inputs: [{ text }], maskCandidates })
    await expect(asked).rejects.toMatchObject({ code: 'bad-input', message })
    expect(room.coordinator.state.kind).toBe('ready')
  })
})

test('stopping between texts leaves the plan whole', async () => {
  const room = await loaded({}, [1, 1])
  const request = { inputs: [{ text: words(3) }], maskCandidates: 0, hidden: false, logits: false }
  await expect(room.coordinator.encode(request, AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' })
  expect(room.coordinator.state.kind).toBe('ready')
  expect(await room.encode(request)).toHaveLength(1)
})
