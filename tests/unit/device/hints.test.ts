import { afterEach, expect, test, vi } from 'vitest'
import { readBattery, sparedOnBattery } from '../../../src/device/battery.ts'
import { deviceName } from '../../../src/device/device-name.ts'
import { memoryBudget } from '../../../src/device/memory-budget.ts'
import { plainProfile } from '../../support/plain-profile.ts'

const mac =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15'
const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1'
const android =
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36'
const GIB = 2 ** 30

afterEach(() => {
  vi.unstubAllGlobals()
})

test.each([
  [mac, 'Safari on Mac'],
  [iphone, 'Safari on iPhone'],
  [iphone.replace('Version/18.1', 'CriOS/130.0'), 'Chrome on iPhone'],
  [iphone.replace('Version/18.1', 'FxiOS/130.0'), 'Firefox on iPhone'],
  [android, 'Chrome on Android'],
  [`${android} EdgA/130.0`, 'Edge on Android'],
  ['Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0', 'Firefox on Android'],
  [
    'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36',
    'Chrome on Chromebook',
  ],
  ['', 'Browser'],
])('%s is %s', (userAgent, name) => {
  expect(deviceName(userAgent)).toBe(name)
})

test.each([
  ['an iPhone, whatever it says', { userAgent: iphone, maxTouchPoints: 5, deviceMemoryGib: 8 }, 1],
  ['an iPad, which claims to be a Mac', { userAgent: mac, maxTouchPoints: 5, deviceMemoryGib: undefined }, 1],
  ['a Mac that tells nothing', { userAgent: mac, maxTouchPoints: 0, deviceMemoryGib: undefined }, 2],
  ['a phone of 4 GiB', { userAgent: android, maxTouchPoints: 5, deviceMemoryGib: 4 }, 2],
  ['a small phone', { userAgent: android, maxTouchPoints: 5, deviceMemoryGib: 0.5 }, 0.25],
  [
    'a large computer, within what WASM can address',
    { userAgent: android, maxTouchPoints: 0, deviceMemoryGib: 8 },
    3.5,
  ],
])('the budget of %s', (_, hints, gib) => {
  expect(memoryBudget(hints)).toBe(gib * GIB)
})

test.each([
  ['low and not charging', { level: 0.1, charging: false }, 0.5],
  ['low and charging', { level: 0.1, charging: true }, 1],
  ['not low', { level: 0.2, charging: false }, 1],
  ['unknown', null, 1],
])('a device whose battery is %s is planned at its speed times %s', (_, battery, factor) => {
  const profile = { ...plainProfile, deviceId: 'device', battery }
  expect(sparedOnBattery(profile)).toEqual({ ...profile, weightBytesPerSecond: factor * profile.weightBytesPerSecond })
})

test.each([
  ['tells nothing', {}, null],
  ['refuses', { getBattery: () => Promise.reject(new DOMException('Not allowed.', 'NotAllowedError')) }, null],
  [
    'tells',
    { getBattery: async () => ({ level: 0.5, charging: true, onchange: null }) },
    { level: 0.5, charging: true },
  ],
])('where the browser %s, that is what is known of the battery', async (_, navigator, battery) => {
  vi.stubGlobal('navigator', navigator)
  expect(await readBattery()).toEqual(battery)
})
