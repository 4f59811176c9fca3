import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCharsmap } from '../../../src/model/precompiled-charsmap.ts'

const { normalizer } = JSON.parse(readFileSync('tests/fixtures/tokenizers/unigram.json', 'utf8'))
const table = new Uint8Array(Buffer.from(normalizer.normalizers[0].precompiled_charsmap, 'base64'))

describe('SentencePiece’s nmt_nfkc table', () => {
  const charsmap = parseCharsmap(table)

  it('does what its name says', () => {
    const text = 'ｆｕｌｌ　ﬁ\u00a0①\t½\u0007~～Ⅻ…カ\u3099e\u0301'
    expect(charsmap.normalizeLongest(text)).toBe('full fi 1 1⁄2~～XII...ガé')
  })

  it('takes a grapheme by its beginning where Hugging Face’s library does', () => {
    // One grapheme of 4 bytes, whose shortest entry is that of the digit alone.
    expect(charsmap.normalizeGraphemes('²\u0301')).toBe('2')
    expect(charsmap.normalizeLongest('²\u0301')).toBe('2\u0301')
  })

  it('takes long texts as it takes their parts, however long a grapheme is', () => {
    const parts = ['plain ', '²\u0301', '🇪🇺🇪🇺', '👨\u200d👩\u200d👧 ', '\r\n', `e${'\u0316'.repeat(700)}`, 'ｆ ']
    const text = Array.from({ length: 200 }, (_, i) => parts[(i * 5) % parts.length]).join('')
    const wanted = Array.from({ length: 200 }, (_, i) =>
      charsmap.normalizeGraphemes(parts[(i * 5) % parts.length]!),
    ).join('')
    expect(charsmap.normalizeGraphemes(text)).toBe(wanted)
  })

  it('leaves what it does not know as it is', () => {
    for (const text of ['', 'plain text', '日本語', '🙂'])
      expect([charsmap.normalizeGraphemes(text), charsmap.normalizeLongest(text)]).toEqual([text, text])
  })

  it('never ends in anything but text or a word about damage, whichever bytes are damaged', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(table.length - 1), fc.nat(255)), { maxLength: 2000 }), (changes) => {
        const damaged = table.slice()
        for (const [at, byte] of changes) damaged[at] = byte
        try {
          parseCharsmap(damaged).normalizeLongest('ﬁ①½ abc 日本語 é')
        } catch (error) {
          expect(error).toMatchObject({ code: 'model-format' })
        }
      }),
      { seed: 9, numRuns: 100 },
    )
  })

  it.each([[0], [3], [4], [1000]])('is refused where only %i bytes of it are there', (length) => {
    expect(() => parseCharsmap(table.subarray(0, length))).toThrow(/precompiled_charsmap is damaged/)
  })
})
