import { expect, test } from 'vitest'
import { linkAt, reachableAddresses, routeOf } from '../../../web/room-link.ts'
import { systemOptions } from '../../../web/url-options.ts'

test('options of the address become options of the system', () => {
  expect(
    systemOptions(
      '?executor=wasm&threads=2&weights=f32&wire=f16&shares=2,1&topology=star&context=512&maxDevices=4&other=1',
    ),
  ).toEqual({
    executor: 'wasm',
    threads: 2,
    weights: 'f32',
    wire: 'f16',
    shares: [2, 1],
    topology: 'star',
    contextLength: 512,
    maxDevices: 4,
  })
  expect(systemOptions('')).toEqual({})
})

test.each([
  '?executor=gpu',
  '?threads=0',
  '?threads=2.5',
  '?shares=2,,1',
  '?shares=2,-1',
  '?maxDevices=17',
  '?context=x',
])('the bad option %s is refused by name', (search) => {
  const name = search.slice(1, search.indexOf('='))
  expect(() => systemOptions(search)).toThrowError(
    expect.objectContaining({ name: 'PageRefusal', message: expect.stringContaining(`${name}=`) }),
  )
})

test('a refused option says what it may be', () => {
  expect(() => systemOptions('?wire=f64')).toThrowError(
    'The address asks for wire=f64: must be one of auto, f32, f16, int8. Correct it, or open the page without options.',
  )
})

test('a hash is the start unless it names a room; that of a shortcut says what comes first there', () => {
  expect(routeOf('')).toEqual({ kind: 'start', first: null })
  expect(routeOf('#/room/')).toEqual({ kind: 'start', first: null })
  expect(routeOf('#/new')).toEqual({ kind: 'start', first: 'start-room' })
  expect(routeOf('#/code')).toEqual({ kind: 'start', first: 'read-code' })
  expect(routeOf('#/conversations')).toEqual({ kind: 'conversations' })
  expect(routeOf('#/room/abc')).toEqual({ kind: 'room', hash: '#/room/abc' })
})

const lan = [
  { name: 'wlan0', url: 'https://192.168.1.20:8443/' },
  { name: 'eth0', url: 'https://10.0.0.7:8443/' },
]

test('guests get a local address from a page on localhost, and the page’s own from any other', () => {
  expect(reachableAddresses(new URL('http://localhost:8080/'), lan)).toEqual(lan)
  expect(reachableAddresses(new URL('http://127.0.0.1:8080/'), [])).toEqual([])
  expect(reachableAddresses(new URL('https://10.0.0.7:8443/#/'), lan).map(({ name }) => name)).toEqual([
    'eth0',
    'wlan0',
  ])
  expect(reachableAddresses(new URL('https://room.example/x'), []).map(({ url }) => url)).toEqual([
    'https://room.example/',
  ])
})

test('a link keeps its secret at another address', () => {
  expect(linkAt(lan[1]!, 'http://localhost:8080/?executor=wasm#/room/abc')).toBe('https://10.0.0.7:8443/#/room/abc')
})
