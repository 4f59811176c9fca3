import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { readBytes } from '../../../src/weights/byte-source.ts'
import { openHttpSource } from '../../../src/weights/http-source.ts'
import { hubModelPaths } from '../../../src/weights/hub-files.ts'
import {
  fetchHubRepository,
  formatHubName,
  type HubName,
  hubFileUrl,
  parseHubName,
} from '../../../src/weights/hub-protocol.ts'
import { type HubServer, serveHub } from '../../support/hub-server.ts'

const page = 'https://huggingface.co/'
const name = (repository: string): HubName => ({ repository, revision: null, file: null })

test.each<[text: string, HubName | null]>([
  ['Qwen/Qwen2.5-0.5B', name('Qwen/Qwen2.5-0.5B')],
  ['a/b@v1.0', { repository: 'a/b', revision: 'v1.0', file: null }],
  ['a/b-GGUF:Q4_K_M', { repository: 'a/b-GGUF', revision: null, file: { quantization: 'Q4_K_M' } }],
  ['a/b@main/sub/x.gguf', { repository: 'a/b', revision: 'main', file: { path: 'sub/x.gguf' } }],
  ['a/b/x.gguf', { repository: 'a/b', revision: null, file: { path: 'x.gguf' } }],
  [`${page}a/b`, name('a/b')],
  [`${page}a/b/`, name('a/b')],
  [`${page}a/b/tree/main`, { repository: 'a/b', revision: 'main', file: null }],
  [`${page}a/b/blob/v2/x.gguf?download=true`, { repository: 'a/b', revision: 'v2', file: { path: 'x.gguf' } }],
  ['smollm2', null],
  ['../etc/passwd', null],
  ['a/b/config.json', null],
  ['folder/file.gguf', null],
  ['a/b?token=1', null],
  ['https://elsewhere.example/a/b.gguf', null],
])('%s is read as a hub’s name where it is one', (text, expected) => {
  expect(parseHubName(text, page)).toEqual(expected)
  if (expected) expect(parseHubName(formatHubName(expected), page)).toEqual(expected)
})

describe('the files of a repository', () => {
  const choose = (paths: string[], file: HubName['file'] = null) =>
    hubModelPaths({ repository: 'a/b', paths }, { repository: 'a/b', revision: null, file })

  it('are the checkpoint’s own, of all the forms that lie beside it', () => {
    const wanted = [
      '1_Pooling/config.json',
      'chat_template.jinja',
      'config.json',
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
      'model.safetensors.index.json',
      'modules.json',
      'tokenizer.json',
    ]
    const others = [
      '.gitattributes',
      'README.md',
      'onnx/model.onnx',
      'openvino/config.json',
      'original/x.safetensors',
      'x.gguf',
    ]
    expect(choose([...wanted, ...others].sort())).toEqual(wanted)
  })

  it('are one GGUF by its quantization or its path, with all its parts', () => {
    const paths = ['m-Q4_K_M.gguf', 'm-q8_0-00001-of-00002.gguf', 'm-q8_0-00002-of-00002.gguf', 'm.Q4_0.gguf']
    expect(choose(paths, { quantization: 'Q4_K_M' })).toEqual(['m-Q4_K_M.gguf'])
    expect(choose(paths, { quantization: 'q4_0' })).toEqual(['m.Q4_0.gguf'])
    const parts = ['m-q8_0-00001-of-00002.gguf', 'm-q8_0-00002-of-00002.gguf']
    expect(choose(paths, { quantization: 'Q8_0' })).toEqual(parts)
    expect(choose(paths, { path: 'm-q8_0-00002-of-00002.gguf' })).toEqual(parts)
    expect(choose(['m.gguf'])).toEqual(['m.gguf'])
  })

  it.each([
    [
      ['m.Q4_0.gguf', 'm.Q8_0.gguf'],
      null,
      /has several GGUF models: name one of a\/b\/m\.Q4_0\.gguf, a\/b\/m\.Q8_0\.gguf/,
    ],
    [['m.Q4_0.gguf'], { quantization: 'Q4' }, /has no GGUF files for Q4: name one of/],
    [['x/m.Q4_0.gguf', 'y/m.Q4_0.gguf'], { quantization: 'Q4_0' }, /has 2 GGUF files for Q4_0/],
    [['m.Q4_0.gguf'], { path: 'm.gguf' }, /has no GGUF files for m\.gguf/],
    [
      ['README.md', 'pytorch_model.bin', 'config.json'],
      null,
      /neither \.gguf files nor config\.json with \.safetensors/,
    ],
  ])('%j with %j are refused, with what there is', (paths, file, words) => {
    expect(() => choose(paths, file)).toThrow(words)
  })
})

describe('a hub', () => {
  let hub: HubServer
  beforeAll(async () => {
    hub = await serveHub({
      'tests/llama': { folder: 'tests/fixtures/llama-gqa', revisions: ['v1'] },
      'tests/gated': { folder: 'tests/fixtures/llama-gqa', gated: 'auto' },
    })
  })
  afterAll(() => hub.close())

  const ask = (repository: string, token: string | null = null, revision: string | null = null) =>
    fetchHubRepository(hub.url, { repository, revision, file: null }, token)
  const weightsOf = async (repository: string, token: string | null = null) =>
    hubFileUrl(hub.url, await ask(repository, token), 'model.safetensors')

  it('tells the commit that a branch or a tag means now', async () => {
    const found = await ask('tests/llama')
    expect(found).toMatchObject({ repository: 'tests/llama', restricted: false })
    expect(found.paths).toContain('config.json')
    expect(await ask('tests/llama', null, 'v1')).toEqual(found)
    expect(await ask('tests/llama', null, found.commit)).toEqual(found)
    expect(hubFileUrl(hub.url, found, '1_Pooling/config.json')).toBe(
      `${hub.url}tests/llama/resolve/${found.commit}/1_Pooling/config.json`,
    )
  })

  it.each([
    ['tests/gated', null, 'token-needed', /tests\/gated is gated.*Accept their terms at .*tests\/gated, make a token/],
    ['tests/gated', 'hf_wrong', 'token-needed', /refuses this token for tests\/gated \(401\)/],
    ['tests/nothing', null, 'token-needed', /shows no tests\/nothing to strangers \(401\).*Check the name/],
    ['tests/nothing', 'hf_right', 'model-not-found', /has no model tests\/nothing\. Check the name/],
  ])('refuses %s with token %s as %s', async (repository, token, code, words) => {
    const asking = ask(repository, token)
    await expect(asking).rejects.toMatchObject({ code })
    await expect(asking).rejects.toThrow(words)
    if (token) await expect(asking).rejects.not.toThrow(token)
  })

  it.each(['', 'two words', 'hf_right\n', 'hf_ő'])(
    'is not asked with a token like %j, which no error repeats',
    async (token) => {
      hub.asked.length = 0
      const asking = ask('tests/gated', token)
      await expect(asking).rejects.toMatchObject({ code: 'token-needed' })
      await expect(asking).rejects.toThrow(/^What was given is no token of [\w.:]+: it is empty, or holds spaces/)
      expect(hub.asked).toEqual([])
    },
  )

  it('refuses a revision that it does not have', async () => {
    await expect(ask('tests/llama', null, 'v9')).rejects.toThrow(/no model tests\/llama with a revision v9/)
  })

  it('that is no hub is told from one', async () => {
    const asking = fetchHubRepository('http://127.0.0.1:9/', name('a/b'), null)
    await expect(asking).rejects.toMatchObject({ code: 'download-failed' })
  })

  it('is asked once for many parts of a file, and again where the address it led to has expired', async () => {
    const source = await openHttpSource(await weightsOf('tests/llama'))
    hub.asked.length = 0
    const whole = await readBytes(source, { start: 0, end: source.size })
    for (const start of [0, 1000, 5000])
      expect(await readBytes(source, { start, end: start + 100 })).toEqual(whole.subarray(start, start + 100))
    expect(hub.asked).toEqual([])
    hub.expire()
    expect(await readBytes(source, { start: 7, end: 70 })).toEqual(whole.subarray(7, 70))
    expect(hub.asked).toHaveLength(1)
  })

  it('gives a gated file to the token’s device alone, and the token goes nowhere else', async () => {
    hub.authorizations.hub.clear()
    const url = await weightsOf('tests/gated', 'hf_right')
    const source = await openHttpSource(url, { token: 'hf_right' })
    await readBytes(source, { start: 0, end: 100 })
    hub.expire()
    await readBytes(source, { start: 0, end: 100 })
    expect([...hub.authorizations.hub]).toEqual(['Bearer hf_right'])
    expect([...hub.authorizations.files]).toEqual([])
    const { pathname } = new URL(url)
    expect(source.origin).toEqual({ kind: 'local', path: pathname.slice(1) })
    expect(JSON.stringify(source)).not.toContain('hf_right')
    const opening = openHttpSource(url)
    await expect(opening).rejects.toMatchObject({ code: 'token-needed' })
    await expect(opening).rejects.toThrow(/is not open to everybody \(401\).*give a token/)
  })

  it('names a gated file by an ETag that no other file has', async () => {
    const [one, other] = [await weightsOf('tests/gated', 'hf_right'), await weightsOf('tests/llama')]
    const [gated, open] = [await openHttpSource(one, { token: 'hf_right' }), await openHttpSource(other)]
    expect(gated.size).toBe(open.size)
    expect(gated.etag).toMatch(/^"[0-9a-f]{64}"$/)
    expect(gated.etag).not.toBe(open.etag)
  })
})
