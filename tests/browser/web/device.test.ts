import { expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { HrDevice } from '../../../web/hr-device.ts'
import { HrDevices } from '../../../web/hr-devices.ts'
import { HrExecutors } from '../../../web/hr-executors.ts'
import { byTestId, deviceView, holding, leaderDevice, mount, must, profile, settled, wordsOf } from './page-support.ts'

async function show(part: Parameters<typeof deviceView>[0], removable = false) {
  const element = new HrDevice()
  element.device = deviceView(part)
  element.removable = removable
  return mount(element)
}

test('a device shows its executor, measured speed, round trip and what it holds', async () => {
  const { element } = await show({ holding })
  const words = wordsOf(element)
  expect(words).toContain('Pixel 9, Chrome')
  expect(words).toContain('GPU (WebGPU)')
  expect(words).toContain('2.14 GB/s weights')
  expect(words).toContain('4.2 ms away')
  expect(words).toContain('26.1 MB heads 4–6 KV head 2 columns 768–1,151 vocabulary rows 24,576–36,863')
})

test('while its own share is not here yet, a guest reads which part it is, and no bytes', async () => {
  const { element } = await show({ isSelf: true, holding: { ...holding, weightBytes: 0 } })
  expect(wordsOf(must(byTestId(element.renderRoot, 'device-holding')))).toMatch(/^heads 4–6 KV head 2/)
})

test('the leader reads what failed on a device above the list, so its row says no more than that', async () => {
  const error = { code: 'out-of-memory', message: '300 MB do not fit.' } as const
  const { element } = await show({ error }, true)
  expect(wordsOf(element)).toContain('This device’s memory is full')
  expect(wordsOf(element)).not.toContain(error.message)
  element.removable = false
  await settled(element)
  expect(wordsOf(element)).toContain(error.message)
})

test('an empty or uneven share is said in words', async () => {
  const none = { ...holding, queryHeads: { start: 9, end: 9 }, kvHeads: { start: 3, end: 3 }, ffn: null }
  const { element } = await show({ holding: none })
  expect(wordsOf(must(byTestId(element.renderRoot, 'device-holding')))).toContain('no heads columns differ by layer')
})

test('a device that was told to load says so before its first bytes, and one without a share waits', async () => {
  const { element } = await show({ holding })
  const status = () => wordsOf(must(byTestId(element.renderRoot, 'device-status')))
  expect(status()).toBe('Loading')
  expect(element.renderRoot.querySelector('hr-load-progress')).toBeNull()
  element.device = deviceView()
  await settled(element)
  expect(status()).toBe('Waiting')
})

test('loading shows bytes in place, in all, and downloaded', async () => {
  const { element } = await show({
    holding,
    progress: { loadedBytes: 12_300_000, totalBytes: 26_100_000, downloadedBytes: 9_000_000 },
  })
  const progress = must(element.renderRoot.querySelector('hr-load-progress')?.renderRoot.querySelector('progress'))
  expect([progress.value, progress.max]).toEqual([12_300_000, 26_100_000])
  expect(wordsOf(element)).toContain('12.3 MB of 26.1 MB, 9 MB downloaded')
  expect(wordsOf(must(byTestId(element.renderRoot, 'device-status')))).toBe('Loading')
})

test('a GPU that compiles says how many of its programs are ready, and nothing when all are', async () => {
  const bytes = { loadedBytes: 26_100_000, totalBytes: 26_100_000, downloadedBytes: 0 }
  const { element } = await show({ progress: { ...bytes, kernels: { ready: 5, all: 38 } } })
  expect(wordsOf(must(byTestId(element.renderRoot, 'load-kernels')))).toContain('5 of 38')
  element.device = deviceView({ progress: bytes })
  await settled(element)
  expect(byTestId(element.renderRoot, 'load-kernels')).toBeNull()
})

test('a lost device says so and shows no progress', async () => {
  const { element } = await show({
    connection: 'lost',
    progress: { loadedBytes: 1, totalBytes: 2, downloadedBytes: 1 },
  })
  expect(wordsOf(element)).toContain('Lost')
  expect(element.renderRoot.querySelector('hr-load-progress')).toBeNull()
})

test('a device that has not measured itself yet is shown as measuring', async () => {
  const { element } = await show({ profile: null })
  expect(wordsOf(element)).toContain('A device Measuring')
})

test('removing takes two presses and names the device', async () => {
  const { element, commands } = await show({}, true)
  const confirm = must(element.renderRoot.querySelector('hr-confirm'))
  await userEvent.click(must(confirm.renderRoot.querySelector('button')))
  await settled(element)
  expect(commands).toEqual([])
  await userEvent.click(must(confirm.renderRoot.querySelector('button.danger')))
  expect(commands).toEqual([{ kind: 'remove-device', deviceId: 'pixel' }])
})

test('Escape takes a removal back and returns the focus to its button', async () => {
  const { element, commands } = await show({}, true)
  const confirm = must(element.renderRoot.querySelector('hr-confirm'))
  await userEvent.click(must(confirm.renderRoot.querySelector('button')))
  await userEvent.keyboard('{Escape}')
  await settled(element)
  expect(confirm.asking).toBe(false)
  expect(confirm.shadowRoot?.activeElement?.getAttribute('aria-label')).toBe('Remove Pixel 9, Chrome')
  expect(commands).toEqual([])
})

test('a guest cannot remove, and nobody can remove itself', async () => {
  expect((await show({}, false)).element.renderRoot.querySelector('hr-confirm')).toBeNull()
  expect((await show({ isSelf: true }, true)).element.renderRoot.querySelector('hr-confirm')).toBeNull()
})

test('the leader sees the shares to scale, one row a device', async () => {
  const element = new HrDevices()
  element.leading = true
  element.devices = [
    { ...leaderDevice, holding: { ...holding, weightBytes: 30_000_000 } },
    deviceView({ profile, holding: { ...holding, weightBytes: 10_000_000 } }),
  ]
  await mount(element)
  expect([...element.renderRoot.querySelectorAll('li')].map(({ dataset }) => dataset.deviceId)).toEqual([
    'laptop',
    'pixel',
  ])
  const shares = must(element.renderRoot.querySelector('hr-shares'))
  await settled(shares)
  expect(must(shares.renderRoot.querySelector('svg')).getAttribute('aria-label')).toBe(
    'Shares of the weights: Laptop, Firefox 75%, Pixel 9, Chrome 25%',
  )
  expect(wordsOf(element)).toContain('2 devices 40 MB in all')
  element.leading = false
  await settled(element)
  expect(wordsOf(element)).toContain('This device and the leader’s')
})

test('a device shows what was measured of each executor, and why it uses the one it uses', async () => {
  const element = new HrExecutors()
  element.profile = {
    ...profile,
    executor: 'wasm',
    otherExecutors: [
      {
        executor: 'webgpu',
        weightBytesPerSecond: 800_000_000,
        phases: { prefillBytesPerSecond: 90e9, readbackMs: 2.5, startMs: 40 },
        backend: 'Mali-G715',
        why: null,
      },
    ],
  }
  await mount(element)
  expect(wordsOf(element)).toContain('CPU (WebAssembly) 2.14 GB/s 9.5 GB/s 0.6 ms')
  expect(wordsOf(element)).toContain('GPU (WebGPU) 800 MB/s 90 GB/s 2.5 ms')
  expect(wordsOf(element)).toContain(
    'To read prompts the GPU (WebGPU) is the faster here, to write answers the CPU (WebAssembly): each does its part where this device’s memory holds its share twice. They begin with the next share that this device loads.',
  )
  const pair = { prefill: 'webgpu', decode: 'wasm', promptTokens: 12 } as const
  const report = { executor: 'wasm', weights: 'f32', weightBytes: 1, downloadedBytes: 1, peakMemoryBytes: 1 } as const
  element.profile = { ...element.profile, pair }
  element.report = { ...report, notices: [], prompts: 'webgpu' }
  await settled(element)
  expect(wordsOf(element)).toContain('holds its share twice. Both are at work now.')
  element.report = { ...report, notices: [], refusal: 'The GPU has no room.' }
  await settled(element)
  expect(wordsOf(element)).toContain('holds its share twice. Its present share is held by the CPU (WebAssembly) alone.')
  expect(wordsOf(must(element.renderRoot.querySelector('[lang=en]')))).toBe('The GPU has no room.')
})

test('a device says that one executor does all where two would hardly be faster', async () => {
  const element = new HrExecutors()
  const phases = { prefillBytesPerSecond: 10e9, readbackMs: 2.5, startMs: 40 }
  const gpu = { executor: 'webgpu' as const, weightBytesPerSecond: 8e8, phases, backend: 'Mali-G715', why: null }
  element.profile = { ...profile, executor: 'wasm', otherExecutors: [gpu] }
  await mount(element)
  expect(wordsOf(element)).toContain(
    'Together they would hardly be faster, so one does all: over 128 tokens read and 128 written the CPU (WebAssembly) ends first.',
  )
})

test('a device says when another executor than the one in use is the better, and when nothing else is known', async () => {
  const element = new HrExecutors()
  const faster = { prefillBytesPerSecond: 90e9, readbackMs: 0.2, startMs: 40 }
  const gpu = {
    executor: 'webgpu' as const,
    weightBytesPerSecond: 9e9,
    phases: faster,
    backend: 'Mali-G715',
    why: null,
  }
  element.profile = { ...profile, executor: 'wasm', otherExecutors: [gpu] }
  await mount(element)
  expect(wordsOf(element)).toContain(
    'Of those measured the GPU (WebGPU) both reads prompts and writes answers the fastest. It takes over',
  )
  element.profile = { ...profile, executor: 'wasm', otherExecutors: [] }
  await settled(element)
  expect(wordsOf(element)).toContain('Only the CPU (WebAssembly) is measured so far')
  const why = 'There is no adapter.'
  const refused = { executor: 'webgpu' as const, weightBytesPerSecond: null, phases: null, backend: null, why }
  element.profile = { ...profile, executor: 'wasm', otherExecutors: [refused] }
  await settled(element)
  expect(wordsOf(element)).toContain('Only the CPU (WebAssembly) has figures here.')
  expect(wordsOf(must(element.renderRoot.querySelector('[lang=en]')))).toBe(why)
})

test('a device whose executor the address names says so, and what would be used without that', async () => {
  const element = new HrExecutors()
  const gpu = {
    executor: 'webgpu' as const,
    weightBytesPerSecond: 9e9,
    phases: { prefillBytesPerSecond: 90e9, readbackMs: 0.2, startMs: 40 },
    backend: 'Mali-G715',
    why: null,
  }
  element.profile = { ...profile, executor: 'wasm', forced: true, otherExecutors: [gpu] }
  await mount(element)
  expect(wordsOf(element)).toContain(
    'This page’s address asks for the CPU (WebAssembly). Without that the GPU (WebGPU) would be used, by what is measured.',
  )
  expect(wordsOf(element)).not.toContain('takes over')
  element.profile = { ...profile, executor: 'wasm', forced: true, otherExecutors: [] }
  await settled(element)
  expect(wordsOf(element)).toContain('asks for the CPU (WebAssembly). Only the CPU (WebAssembly) is measured so far')
})
