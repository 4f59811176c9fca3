// A room's secret as twelve words, to read aloud and to type where there is no camera: BIP-39's English list, whose words differ in their
// first four letters, and its checksum, so that a word heard wrongly is noticed. The list comes when it is needed.
import { decodeSecret, encodeSecret, HeadroomError } from '../src/index.ts'

const wordCount = 12
/** So many letters tell any word of the list from every other one. */
const tellingLetters = 4

/** Throws `bad-link` for what is no secret. */
export async function wordsOfSecret(secret: string): Promise<string[]> {
  const bytes = decodeSecret(secret)
  const { entropyToMnemonic, wordlist } = await words()
  return entropyToMnemonic(bytes, wordlist).split(' ')
}

/** Takes capitals, commas, numbers between, and words of which only the first letters are there. Throws `bad-link`, naming what is wrong. */
export async function secretOfWords(text: string): Promise<string> {
  const { mnemonicToEntropy, wordlist } = await words()
  const typed = text.toLowerCase().match(/\p{L}+/gu) ?? []
  if (typed.length !== wordCount)
    throw new HeadroomError(
      'bad-link',
      `A room has ${wordCount} words, and these are ${typed.length}. Type all words that the leader's device shows, or its whole link.`,
    )
  const found = typed.map((word) => {
    const known = wordlist.find(
      (listed) => listed === word || (word.length >= tellingLetters && listed.startsWith(word)),
    )
    if (known) return known
    throw new HeadroomError(
      'bad-link',
      `"${word}" is none of the words that rooms have. Ask for it again, letter by letter.`,
    )
  })
  try {
    return encodeSecret(mnemonicToEntropy(found.join(' '), wordlist))
  } catch (cause) {
    throw new HeadroomError(
      'bad-link',
      'These words do not belong together: one is another word, or their order is another. Compare them again.',
      { cause },
    )
  }
}

/** Is this meant to be words, and not a link? */
export function looksLikeWords(text: string): boolean {
  return !/[/#:]/.test(text)
}

async function words() {
  const [{ entropyToMnemonic, mnemonicToEntropy }, { wordlist }] = await Promise.all([
    import('@scure/bip39'),
    import('@scure/bip39/wordlists/english.js'),
  ])
  return { entropyToMnemonic, mnemonicToEntropy, wordlist }
}
