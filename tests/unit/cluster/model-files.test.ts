// Folders as people have them: with modules in subfolders, several weight files, and faults. Nothing here reaches a device.
import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { HeadroomError } from '../../../src/base/errors.ts'
import { sourceOf } from '../../../src/cluster/model-catalogue.ts'
import { openModelSource } from '../../../src/cluster/open-model.ts'
import { makePrompt } from '../../../src/cluster/prompt.ts'

const { signal } = new AbortController()
const noServer = 'http://127.0.0.1:9/'
type Content = string | Uint8Array

/** A picked folder of a fixture, with files changed, added or (null) left out. */
function picked(fixture: string, changes: Record<string, Content | null> = {}) {
  const names = readdirSync(fixture).filter((name) => !['case.json', 'expected.safetensors'].includes(name))
  const contents: Record<string, Content | null> = {
    ...Object.fromEntries(names.map((name) => [name, new Uint8Array(readFileSync(`${fixture}/${name}`))])),
    ...changes,
  }
  const files = Object.entries(contents).flatMap(([path, content]) =>
    content === null ? [] : [localFile(`${basename(fixture)}/${path}`, content)],
  )
  return sourceOf(files, noServer, null)
}

const localFile = (path: string, content: Content) => ({ path, file: new File([content as BlobPart], basename(path)) })

async function refusal(fixture: string, changes: Record<string, Content | null>): Promise<HeadroomError> {
  const source = await picked(fixture, changes)
  return openModelSource(source, signal).then(
    () => Promise.reject(new Error('It was not refused.')),
    (error: HeadroomError) => error,
  )
}

const gqa = 'tests/fixtures/llama-gqa'
const qwen2 = 'tests/fixtures/qwen2'
const index = JSON.parse(readFileSync(`${qwen2}/model.safetensors.index.json`, 'utf8')) as {
  weight_map: Record<string, string>
}

describe('a folder', () => {
  it('gives its small files by their paths inside it', async () => {
    const source = await picked(gqa, {
      '1_Pooling/config.json': '{"pooling_mode_cls_token": true}',
      'modules.json': '[]',
    })
    expect(source).toMatchObject({ modelId: 'llama-gqa' })
    const { manifest, readJson } = await openModelSource(source, signal)
    expect(await readJson('1_Pooling/config.json', signal)).toEqual({ pooling_mode_cls_token: true })
    expect(await readJson('modules.json', signal)).toEqual([])
    expect(await readJson('2_Dense/config.json', signal)).toBeUndefined()
    expect(manifest.sources.map((from) => from.kind === 'local' && from.path)).toEqual(['llama-gqa/model.safetensors'])
  })

  it('that was picked keeps the paths that the browser tells', async () => {
    const file = new File(['{}'], 'config.json')
    Object.defineProperty(file, 'webkitRelativePath', { value: 'mine/config.json' })
    const weights = new File(['x'], 'model.safetensors')
    expect(await sourceOf([file, weights], noServer, null)).toEqual({
      kind: 'files',
      modelId: 'model.safetensors',
      files: [
        { path: 'mine/config.json', file },
        { path: 'model.safetensors', file: weights },
      ],
    })
  })

  it('has its weights read by the index alone, whatever else lies there', async () => {
    const source = await picked(qwen2, {
      'consolidated.safetensors': 'no weights at all',
      '2_Dense/model.safetensors': 'nor here',
    })
    const { manifest } = await openModelSource(source, signal)
    expect(manifest.sources.map((from) => from.kind === 'local' && from.path)).toEqual([
      'qwen2/model-00001-of-00002.safetensors',
      'qwen2/model-00002-of-00002.safetensors',
    ])
  })

  it('without an index has all weights beside its config read together', async () => {
    const { manifest } = await openModelSource(await picked(qwen2, { 'model.safetensors.index.json': null }), signal)
    expect(manifest.sources).toHaveLength(2)
  })

  it('with several models in it is not guessed at', async () => {
    const files = ['a/config.json', 'a/model.safetensors', 'b/config.json'].map((path) => localFile(path, '{}'))
    const source = await sourceOf(files, noServer, null)
    await expect(openModelSource(source, signal)).rejects.toThrow(/several models: a\/, b\/\. Choose the folder of one/)
  })

  it('takes a chat template from its own file', async () => {
    const template = '{% for m in messages %}{{ m.content }}{% endfor %}'
    const { template: read } = await openModelSource(await picked(gqa, { 'chat_template.jinja': template }), signal)
    expect(read).toBe(template)
  })
})

describe('a folder with a fault is refused, with the file and the field:', () => {
  it('an index that names a missing file', async () => {
    const { code, message } = await refusal(qwen2, { 'model-00002-of-00002.safetensors': null })
    expect(code).toBe('model-format')
    expect(message).toMatch(
      /model\.safetensors\.index\.json of qwen2 names model-00002-of-00002\.safetensors in "weight_map", but there is no such file \(model-00001-of-00002\.safetensors\)/,
    )
  })

  it('an index that leads out of the folder', async () => {
    const weight_map = { ...index.weight_map, 'lm_head.weight': '../other/model.safetensors' }
    const { message } = await refusal(qwen2, { 'model.safetensors.index.json': JSON.stringify({ weight_map }) })
    expect(message).toMatch(/names \.\.\/other\/model\.safetensors in "weight_map", but there is no such file/)
  })

  it.each([
    ['no JSON', '{"weight_map":', /model\.safetensors\.index\.json.*no JSON/],
    ['no weight_map', '{}', /model\.safetensors\.index\.json.*"weight_map"/],
    ['numbers for files', '{"weight_map":{"a":1}}', /model\.safetensors\.index\.json.*"weight_map\.a"/],
  ])('an index of %s', async (_, text, words) => {
    expect((await refusal(qwen2, { 'model.safetensors.index.json': text })).message).toMatch(words)
  })

  it('a tensor that no file of the index has', async () => {
    const first = Object.fromEntries(Object.entries(index.weight_map).filter(([, file]) => file.includes('00001')))
    const text = JSON.stringify({ weight_map: first })
    const { message } = await refusal(qwen2, { 'model.safetensors.index.json': text })
    expect(message).toMatch(
      /model-00001-of-00002\.safetensors has no tensor model\.[\w.]+, which a .* model of \d+ layers needs/,
    )
  })

  it('a config that contradicts its tensors', async () => {
    const config = JSON.parse(readFileSync(`${gqa}/config.json`, 'utf8')) as Record<string, number>
    const wider = JSON.stringify({ ...config, intermediate_size: config.intermediate_size! + 32 })
    const { code, message } = await refusal(gqa, { 'config.json': wider })
    expect(code).toBe('model-format')
    expect(message).toMatch(
      /model\.safetensors: model\.layers\.0\.mlp\.\w+\.weight has shape \[160, 64\].*config\.json implies \[192, 64\] \(intermediate_size is 192\)/,
    )
    const deeper = JSON.stringify({ ...config, num_hidden_layers: config.num_hidden_layers! + 1 })
    expect((await refusal(gqa, { 'config.json': deeper })).message).toMatch(
      /model\.safetensors has no tensor model\.layers\.\d+\./,
    )
  })

  it.each([
    ['no config.json', { 'config.json': null }, /neither a \.gguf file nor a config\.json with \.safetensors/],
    [
      'no weights',
      { 'model.safetensors': null },
      /neither a \.gguf file nor a config\.json with \.safetensors files \(config\.json\)/,
    ],
    ['a config.json that is no JSON', { 'config.json': '<html>' }, /config\.json of llama-gqa is no JSON/],
    [
      'a config.json without a field',
      { 'config.json': '{"model_type":"llama","max_position_embeddings":64}' },
      /^config\.json: "hidden_size" is missing\.$/,
    ],
    ['a tokenizer.json that is no JSON', { 'tokenizer.json': 'PK' }, /tokenizer\.json of llama-gqa is no JSON/],
  ])('%s', async (_, changes, words) => {
    expect((await refusal(gqa, changes)).message).toMatch(words)
  })

  it('no tokenizer where text is given', async () => {
    const opened = await openModelSource(await picked(gqa), signal)
    expect(opened.tokenizer).toBeNull()
    const room = { contextLength: 64, maxTokens: 8 }
    expect(() => makePrompt(opened, { text: 'Hello' }, room)).toThrow(/without a tokenizer.*Add its tokenizer\.json/)
    expect(makePrompt(opened, { tokens: [1, 2] }, room).tokens).toEqual([1, 2])
  })
})
