import { describe, expect, it, test, vi } from 'vitest'
import { de } from '../../../web/texts/de.ts'
import { en } from '../../../web/texts/en.ts'
import { numbersIn } from '../../../web/texts/numbers.ts'
import { languageFor, speak, texts } from '../../../web/texts/texts.ts'

/** Paths of all words in a catalogue, with what is there: a kind, or the number of arguments of a function. */
function shape(value: unknown, path = ''): Record<string, string> {
  if (typeof value === 'function') return { [path]: `function of ${value.length}` }
  if (Array.isArray(value)) return Object.assign({}, ...value.map((item, index) => shape(item, `${path}[${index}]`)))
  if (typeof value !== 'object' || value === null) return { [path]: typeof value }
  return Object.assign({}, ...Object.entries(value).map(([key, item]) => shape(item, path ? `${path}.${key}` : key)))
}

/** All words of a catalogue; of functions, what they say for numbers and for names. */
function words(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(words)
  return []
}

describe('the catalogues', () => {
  it('have the same keys, and functions of as many arguments', () => {
    const english = shape(en)
    expect(Object.keys(english).length).toBeGreaterThan(200)
    const german = shape(de)
    expect(Object.keys(german).sort()).toEqual(Object.keys(english).sort())
    const functions = (of: Record<string, string>) =>
      Object.entries(of).filter(([, kind]) => kind.startsWith('function'))
    // German may leave out arguments at the end that it has no use for, never take more.
    for (const [path, kind] of functions(german)) expect(kind <= english[path]!, path).toBe(true)
  })

  it.each([
    ['English', en],
    ['German', de],
  ])('have words for every key in %s, without blanks at their ends', (_, catalogue) => {
    for (const text of words(catalogue)) {
      expect(text.trim()).toBe(text)
      expect(text).not.toBe('')
    }
  })

  it('say other things in German, except for names and notation', () => {
    const german = flat(de)
    const english = Object.entries(flat(en))
    const same = english.filter(([path, text]) => german[path] === text)
    expect(same.length, same.join('; ')).toBeLessThan(english.length / 20)
  })

  it('put numbers and names where they belong', () => {
    expect(en.device.devices(1)).toBe('1 device')
    expect(en.device.devices(12_000)).toBe('12,000 devices')
    expect(de.device.devices(12_000)).toBe('12.000 Geräte')
    expect(en.device.heads(0, 3)).toBe('heads 0–2')
    expect(de.device.heads(4, 5)).toBe('Kopf 4')
    expect(de.device.columns(2, 2)).toBe('keine Spalten')
    expect(de.join.downloads({ name: 'Klein', sizeBytes: 98_000_000 })).toContain('Anteil von Klein (98 MB insgesamt)')
    expect(en.chat.droppedTurns(2)).toBe('The oldest 2 turns no longer fit and were left out of this answer.')
  })
})

function flat(value: unknown, path = ''): Record<string, string> {
  if (typeof value === 'string') return { [path]: value }
  if (typeof value !== 'object' || value === null) return {}
  return Object.assign({}, ...Object.entries(value).map(([key, item]) => flat(item, path ? `${path}.${key}` : key)))
}

describe('the language', () => {
  it.each([
    [['de-AT', 'en'], 'de'],
    [['en-GB', 'de'], 'en'],
    [['fr', 'DE'], 'de'],
    [['fr', 'ja'], 'en'],
    [['constructor'], 'en'],
    [[], 'en'],
  ])('for somebody who reads %j is %s', (wanted, language) => expect(languageFor(wanted)).toBe(language))

  it('changes all words at once and tells assistive software', async () => {
    const document = { documentElement: { lang: 'en' } }
    vi.stubGlobal('document', document)
    try {
      await speak('de')
      expect(texts).toBe(de)
      expect(document.documentElement.lang).toBe('de')
      await speak('en')
      expect(texts).toBe(en)
      expect(document.documentElement.lang).toBe('en')
    } finally {
      vi.unstubAllGlobals()
    }
  })
})

describe('numbers', () => {
  const { bytes, milliseconds } = numbersIn('en')

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_185_376, '1.19 MB'],
    [98_000_000, '98 MB'],
    [999_600_000, '1 GB'],
    [31_200_000_000, '31.2 GB'],
  ])('%d bytes read %s', (value, read) => expect(bytes(value)).toBe(read))

  test.each([
    [3.14, '3.1 ms'],
    [412.3, '412 ms'],
    [2_340, '2.3 s'],
  ])('%d milliseconds read %s', (value, read) => expect(milliseconds(value)).toBe(read))

  it('have the comma of German in German', () => {
    const german = numbersIn('de')
    expect([german.bytes(1_185_376), german.milliseconds(2_340), german.count(2_048)]).toEqual([
      '1,19 MB',
      '2,3 s',
      '2.048',
    ])
  })
})
