import { afterEach, describe, expect, test, vi } from 'vitest'
import { createRoomSecret, formatRoomLink, parseRoomLink, roomIdOf } from '../../../src/net/room-link.ts'

const secret = 'AAECAwQFBgcICQoLDA0ODw'

afterEach(() => vi.unstubAllGlobals())

describe('a room link', () => {
  test('comes out as it went in, on any page address', () => {
    for (const base of [
      'https://192.168.1.7:8443/',
      'https://host/app/index.html?x=1#/room/old',
      'http://localhost:8080',
    ]) {
      const made = createRoomSecret()
      const link = formatRoomLink(base, made)
      expect(parseRoomLink(link)).toBe(made)
      expect(new URL(link).host).toBe(new URL(base).host)
    }
  })

  test('keeps the secret in the fragment, which is never sent', () => {
    const url = new URL(formatRoomLink('https://host/', secret))
    expect(url.hash).toBe(`#/room/${secret}`)
    expect(url.href.replace(url.hash, '')).not.toContain(secret)
  })

  test('is new each time', () => {
    expect(new Set(Array.from({ length: 50 }, createRoomSecret)).size).toBe(50)
  })

  test.each([
    ['without a fragment', 'https://host/'],
    ['of another page', 'https://host/#/about'],
    ['cut short', `https://host/#/room/${secret.slice(0, -1)}`],
    ['with a character too many', `https://host/#/room/${secret}A`],
    ['with a character outside base64url', `https://host/#/room/${secret.slice(0, -1)}+`],
    ['with bits past the end', `https://host/#/room/${secret.slice(0, -1)}x`],
    ['with no secret', 'https://host/#/room/'],
    ['with a path behind the secret', `https://host/#/room/${secret}/x`],
    ['that is empty', ''],
  ])('%s is refused with bad-link', (_, link) => {
    expect(() => parseRoomLink(link)).toThrow(expect.objectContaining({ code: 'bad-link' }))
  })

  test('with a bad secret is refused when made, too', () => {
    expect(() => formatRoomLink('https://host/', 'short')).toThrow(expect.objectContaining({ code: 'bad-link' }))
  })
})

describe('the room id', () => {
  test('is 64 hex digits, the same for the same secret, and does not show it', async () => {
    const id = await roomIdOf(secret)
    expect(id).toMatch(/^[0-9a-f]{64}$/)
    expect(await roomIdOf(secret)).toBe(id)
    expect(await roomIdOf(createRoomSecret())).not.toBe(id)
    expect(id).not.toContain('000102030405')
  })

  test('cannot be made on a plain http page, and the error says what to do', async () => {
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
    await expect(roomIdOf(secret)).rejects.toMatchObject({ code: 'bad-input', message: expect.stringMatching(/https/) })
  })
})
