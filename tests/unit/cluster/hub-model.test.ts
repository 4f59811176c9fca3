// Models of a hub on this machine, over several engines: what the page does after somebody typed owner/name.
import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sourceOf } from '../../../src/cluster/model-catalogue.ts'
import { type EngineRoom, engineRoom } from '../../support/engine-room.ts'
import { type HubServer, serveHub } from '../../support/hub-server.ts'
import { startServer } from '../signaling/running-server.ts'

let hub: HubServer
let room: EngineRoom | null = null

beforeEach(async () => {
  hub = await serveHub({
    'tests/qwen2': { folder: 'tests/fixtures/qwen2' },
    'tests/gated': { folder: 'tests/fixtures/qwen2', gated: 'manual' },
    'tests/stories-GGUF': { folder: 'tests/fixtures', paths: ['stories260K.gguf', 'gguf-types/types.gguf'] },
  })
})
afterEach(async () => {
  room?.close()
  room = null
  await hub.close()
})

async function serverUrl(withHub = true): Promise<string> {
  const { origin } = await startServer(withHub ? { hub } : {})
  return `${origin}/`
}

async function loadOver(shares: readonly number[], model: string, hubToken: string | null) {
  const url = await serverUrl()
  const source = await sourceOf(model, url, hubToken)
  room = engineRoom(url, shares, { weights: 'f32' })
  const plan = await room.coordinator.loadModel(source)
  const { promptTokens, greedyTokens } = JSON.parse(await readFile('tests/fixtures/qwen2/case.json', 'utf8')) as {
    promptTokens: number[]
    greedyTokens: number[]
  }
  const answer = () => room!.infer({ input: { tokens: promptTokens }, maxTokens: greedyTokens.length, ignoreEos: true })
  return { source, plan, answer, greedyTokens }
}

describe('a model of a hub', () => {
  it('runs over three devices, each of which fetches its own part of its two files', async () => {
    const { source, plan, answer, greedyTokens } = await loadOver([2, 1, 1], 'tests/qwen2', null)
    expect(source).toMatchObject({ kind: 'http', modelId: 'tests/qwen2', token: null })
    expect((await answer()).tokens).toEqual(greedyTokens)
    for (const deviceId of plan.deviceIds)
      expect(room!.coordinator.status(deviceId).report!.downloadedBytes).toBeGreaterThan(0)
    expect(hub.authorizations.hub.size).toBe(0)
  })

  it('is pinned: what its branch does afterwards changes nothing for who loads later', async () => {
    const url = await serverUrl()
    const source = await sourceOf('tests/qwen2@main', url, null)
    const commits = source.kind === 'http' ? source.files.map((file) => file.url.split('/')[6]) : []
    expect(new Set(commits).size).toBe(1)
    expect(commits[0]).toMatch(/^[0-9a-f]{40}$/)
    const moved = hub.commit('tests/qwen2')
    const later = await sourceOf('tests/qwen2@main', url, null)
    expect(later.kind === 'http' && later.files[0]!.url).toContain(moved)
    expect(source.kind === 'http' && source.files[0]!.url).not.toContain(moved)
  })

  it('that is gated comes to the leader by its token, and from the leader to the others', async () => {
    const { source, plan, answer, greedyTokens } = await loadOver([1, 1], 'tests/gated', 'hf_right')
    expect(source).toMatchObject({ token: 'hf_right' })
    expect((await answer()).tokens).toEqual(greedyTokens)
    expect(room!.coordinator.status(plan.deviceIds[1]!).report!.downloadedBytes).toBeGreaterThan(0)
    expect([...hub.authorizations.hub]).toEqual(['Bearer hf_right'])
    expect(hub.authorizations.files.size).toBe(0)
  })

  it('is one GGUF of several by its name', async () => {
    const source = await sourceOf('tests/stories-GGUF/stories260K.gguf', await serverUrl(), null)
    expect(source).toMatchObject({ modelId: 'tests/stories-GGUF/stories260K.gguf' })
    room = engineRoom('http://127.0.0.1:9/', [1])
    await room.coordinator.loadModel(source)
    const { text } = await room.infer({ input: { text: 'Once upon a time' }, maxTokens: 4 })
    expect(text).toBe(', there was a')
  })

  it('is found by the address of its page', async () => {
    const source = await sourceOf(`${hub.url}tests/qwen2/tree/main`, await serverUrl(), null)
    expect(source).toMatchObject({ modelId: 'tests/qwen2@main' })
  })

  it.each([
    ['tests/gated', 'token-needed', /is gated/],
    ['tests/nothing', 'token-needed', /shows no tests\/nothing to strangers/],
    [
      'tests/stories-GGUF',
      'model-not-found',
      /several GGUF models: name one of tests\/stories-GGUF\/gguf-types\/types\.gguf, /,
    ],
    ['no/such/name', 'model-not-found', /There is no model "no\/such\/name": a hub’s model is written owner\/name/],
  ])('%s is refused as %s', async (model, code, words) => {
    const finding = sourceOf(model, await serverUrl(), null)
    await expect(finding).rejects.toMatchObject({ code })
    await expect(finding).rejects.toThrow(words)
  })

  it('is refused where the server allows no hub, and no other server is asked', async () => {
    const finding = sourceOf('tests/qwen2', await serverUrl(false), null)
    await expect(finding).rejects.toThrow(/"tests\/qwen2": this server lets its pages fetch from no hub/)
    expect(hub.asked).toEqual([])
  })
})
