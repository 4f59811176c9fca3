import { expect, onTestFinished, test, vi } from 'vitest'
import { LaterPart } from '../../../web/later-part.ts'

/** A part whose fetches end when the test says so; `shown`: the states that its host was asked to render. */
function part(isHere = false) {
  const fetches: { resolve: (part: unknown) => void; reject: (why: Error) => void }[] = []
  const shown: string[] = []
  const load = () => new Promise((resolve, reject) => fetches.push({ resolve, reject }))
  const host = {
    addController: () => undefined,
    removeController: () => undefined,
    requestUpdate: () => shown.push(later.state),
    updateComplete: Promise.resolve(true),
  }
  const later = new LaterPart(host, load, isHere)
  return { later, fetches, shown }
}

test('a part that cannot be fetched is missing, and is there when it is asked for again', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  onTestFinished(() => warn.mockRestore())
  const { later, fetches, shown } = part()
  expect(later.state).toBe('unasked')
  const first = later.fetch()
  expect(later.state).toBe('fetching')
  fetches[0]?.reject(new TypeError('Failed to fetch'))
  await expect(first).resolves.toBeUndefined()
  expect(later.state).toBe('missing')
  const second = later.fetch()
  fetches[1]?.resolve({})
  await second
  expect(shown).toEqual(['fetching', 'missing', 'fetching', 'here'])
  expect(warn).toHaveBeenCalledTimes(1)
})

test('a part is fetched once, however often it is asked for', async () => {
  const { later, fetches } = part()
  const asked = [later.fetch(), later.fetch()]
  fetches[0]?.resolve({})
  await Promise.all(asked)
  await later.fetch()
  expect(fetches).toHaveLength(1)
})

test('a part that another element has fetched is here at once', async () => {
  const { later, fetches, shown } = part(true)
  await later.fetch()
  expect([later.state, fetches.length, shown.length]).toEqual(['here', 0, 0])
})
