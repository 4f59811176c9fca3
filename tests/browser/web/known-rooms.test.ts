import { beforeEach, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { CommandEvent } from '../../../web/commands.ts'
import { HrApp } from '../../../web/hr-app.ts'
import '../../../web/hr-guest.ts'
import '../../../web/hr-reader.ts'
import '../../../web/hr-room.ts'
import { forgetRoom, knownRooms, rememberRoom } from '../../../web/known-rooms.ts'
import { byTestId, deviceView, link, mount, must, roomView, settled, wordsOf } from './page-support.ts'
import { SystemDouble } from './system-double.ts'

const { hash } = new URL(link)
const hashOf = (letter: string) => `#/room/${letter.repeat(22)}`

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
  history.replaceState(null, '', '#/')
})

async function open() {
  const system = new SystemDouble()
  const { element } = await mount(new HrApp(system))
  return { element, system }
}

test('the newest five rooms are known, each once', () => {
  for (const letter of ['a', 'b', 'c', 'd', 'e', 'f', 'c'])
    rememberRoom(localStorage, { hash: hashOf(letter), joinedAtMs: 1 })
  expect(knownRooms(localStorage).map((room) => room.hash)).toEqual(['c', 'f', 'e', 'd', 'b'].map(hashOf))
  forgetRoom(localStorage, hashOf('e'))
  expect(knownRooms(localStorage)).toHaveLength(4)
})

test.each(['nonsense', '{}', '[{"hash":"javascript:alert(1)","joinedAtMs":1}]'])(
  'a list that reads %s is none',
  (text) => {
    localStorage.setItem('headroom.rooms', text)
    expect(knownRooms(localStorage)).toEqual([])
  },
)

test('a guest who left finds the room on the start page, can go there and can forget it', async () => {
  rememberRoom(localStorage, { hash: hashOf('a'), joinedAtMs: 1 })
  const { element, system } = await open()
  await system.joinRoom(link)
  element.dispatchEvent(new CommandEvent({ kind: 'leave-room' }))
  await expect.poll(() => byTestId(element.renderRoot, 'known-rooms')).not.toBeNull()
  const list = must(byTestId(element.renderRoot, 'known-rooms'))
  expect([...list.querySelectorAll('a')].map((room) => room.getAttribute('href'))).toEqual([hash, hashOf('a')])
  await userEvent.click(must(list.querySelectorAll('button')[1]))
  await settled(element)
  expect(list.querySelectorAll('a')).toHaveLength(1)
  await userEvent.click(must(list.querySelector('a')))
  await expect.poll(() => element.renderRoot.querySelector('hr-join')).not.toBeNull()
  expect(location.hash).toBe(hash)
})

test('it says who started a room and its model, both as they became known', async () => {
  const { element, system } = await open()
  await system.joinRoom(link)
  const leader = deviceView({ deviceId: 'laptop', isLeader: true, name: 'Laptop, Firefox' })
  system.show(roomView({ role: 'guest', devices: [leader], state: { kind: 'ready', modelId: 'small' } }))
  system.show(roomView({ role: 'guest', devices: [leader], state: { kind: 'lobby' } }))
  expect(knownRooms(localStorage)).toMatchObject([{ hash, startedBy: 'Laptop, Firefox', model: 'small' }])
  element.dispatchEvent(new CommandEvent({ kind: 'leave-room' }))
  await expect.poll(() => wordsOf(element)).toContain('Started by Laptop, Firefox Small ·')
})

test('a room led from here, once it had a model, can be had again with that model, as often as it was led', async () => {
  const { element, system } = await open()
  const lead = async () => {
    await system.startRoom()
    element.dispatchEvent(new CommandEvent({ kind: 'load-model', model: 'small' }))
    await expect.poll(() => knownRooms(localStorage)).toHaveLength(1)
    element.dispatchEvent(new CommandEvent({ kind: 'leave-room' }))
    await expect.poll(() => byTestId(element.renderRoot, 'start-again')).not.toBeNull()
  }
  await lead()
  await lead()
  expect(wordsOf(must(byTestId(element.renderRoot, 'known-rooms')))).toMatch(
    /^Rooms used before Started on this device Small · .* · has ended Start again$/,
  )
  expect(byTestId(element.renderRoot, 'known-rooms')?.querySelector('a')).toBeNull()
  system.asked.length = 0
  await userEvent.click(must(byTestId(element.renderRoot, 'start-again')))
  await expect.poll(() => system.asked).toEqual([expect.stringMatching(/^startRoom/), 'loadModel small'])
})

test('a room that ended is not offered again, and one without a model never', async () => {
  const { element, system } = await open()
  await system.joinRoom(link)
  expect(knownRooms(localStorage)).toHaveLength(1)
  const notices = [{ code: 'room-ended', message: 'The leader ended the room.' }] as const
  system.show(roomView({ role: null, link: null, notices }))
  await expect.poll(() => wordsOf(element)).toContain('The leader ended the room.')
  expect(knownRooms(localStorage)).toEqual([])
  await system.startRoom()
  expect(knownRooms(localStorage)).toEqual([])
})
