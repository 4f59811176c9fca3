import { expect, test } from 'vitest'
import { bytesInWords } from '../../../src/base/bytes-in-words.ts'

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1_000, '1.0 kB'],
  [999_949, '999.9 kB'],
  [999_950, '1.0 MB'],
  [115e6, '115.0 MB'],
  [999_949_999, '999.9 MB'],
  [2 ** 32, '4.29 GB'],
])('%d bytes are %s', (bytes, words) => {
  expect(bytesInWords(bytes)).toBe(words)
})
