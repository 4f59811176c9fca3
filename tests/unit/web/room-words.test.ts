import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeSecret } from '../../../src/net/room-link.ts'
import { looksLikeWords, secretOfWords, wordsOfSecret } from '../../../web/room-words.ts'

/** From BIP-39's own test vectors. */
const vectors = [
  ['7f'.repeat(16), 'legal winner thank year wave sausage worth useful legal winner thank yellow'],
  ['80'.repeat(16), 'letter advice cage absurd amount doctor acoustic avoid letter advice cage above'],
  ['9e885d952ad362caeb4efe34a8e91bd2', 'ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic'],
] as const

const secretOf = (hex: string) => encodeSecret(Uint8Array.from(hex.match(/../g)!, (byte) => Number.parseInt(byte, 16)))
const refused = (words: string) => ({ code: 'bad-link', message: expect.stringContaining(words) })

describe('the words of a room', () => {
  it.each(vectors)('are those that BIP-39 gives for %s', async (hex, words) => {
    expect((await wordsOfSecret(secretOf(hex))).join(' ')).toBe(words)
    expect(await secretOfWords(words)).toBe(secretOf(hex))
  })

  it('lead back to every secret', async () => {
    const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 })
    await fc.assert(
      fc.asyncProperty(bytes, async (secret) => {
        const text = encodeSecret(secret)
        expect(await secretOfWords((await wordsOfSecret(text)).join(' '))).toBe(text)
      }),
      { seed: 39, numRuns: 50 },
    )
  })

  it.each([
    ['capitals and commas', 'Legal, Winner, THANK, year, wave, sausage, worth, useful, legal, winner, thank, yellow.'],
    [
      'numbers and lines',
      '1. legal\n2. winner\n3. thank\n4. year\n5. wave 6 sausage 7 worth useful legal winner thank yellow',
    ],
    ['four letters of each', 'lega winn than year wave saus wort usef lega winn than yell'],
  ])('may be typed with %s', async (_, typed) => expect(await secretOfWords(typed)).toBe(secretOf('7f'.repeat(16))))

  it('are refused when one is missing, unknown or in another place, each in words of its own', async () => {
    await expect(secretOfWords('legal winner thank')).rejects.toMatchObject(refused('12 words, and these are 3'))
    await expect(secretOfWords('')).rejects.toMatchObject(refused('these are 0'))
    const unknown = vectors[0][1].replace('sausage', 'sossidge')
    await expect(secretOfWords(unknown)).rejects.toMatchObject(refused('"sossidge" is none of the words'))
    const short = vectors[0][1].replace('sausage', 'sau')
    await expect(secretOfWords(short)).rejects.toMatchObject(refused('"sau" is none of the words'))
    const swapped = vectors[0][1].replace('legal winner', 'winner legal')
    await expect(secretOfWords(swapped)).rejects.toMatchObject(refused('do not belong together'))
  })

  it('are told from links', () => {
    expect(looksLikeWords(vectors[0][1])).toBe(true)
    for (const link of ['https://a.example/#/room/x', '#/room/x', 'javascript:alert(1)'])
      expect(looksLikeWords(link)).toBe(false)
  })

  it('are not made of what is no secret', async () => {
    await expect(wordsOfSecret('short')).rejects.toMatchObject({ code: 'bad-link' })
  })
})
