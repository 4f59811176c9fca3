import { expect, test } from 'vitest'

test('the test browser is cross-origin isolated and has WebGPU', async () => {
  expect(crossOriginIsolated).toBe(true)
  expect(await navigator.gpu?.requestAdapter()).toBeTruthy()
})
