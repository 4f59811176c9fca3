// How a vocabulary entry stands for bytes of text. Byte-level BPE writes each byte as one printable character (Radford et al. 2019,
// GPT-2's bytes_to_unicode); SentencePiece writes a space as U+2581 and a byte outside its vocabulary as `<0x0A>`.
export type VocabularyStyle = 'byteLevel' | 'sentencePiece' | 'wordPiece'

const encoder = new TextEncoder()

const BYTE_OF_CHARACTER: ReadonlyMap<string, number> = (() => {
  const printable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
  let next = 256
  return new Map(
    Array.from({ length: 256 }, (_, byte) => [String.fromCodePoint(printable(byte) ? byte : next++), byte] as const),
  )
})()

/** The bytes of an ordinary vocabulary entry. Characters that byte-level BPE does not know stand for themselves. */
export function pieceBytes(piece: string, style: VocabularyStyle): Uint8Array {
  if (style === 'sentencePiece') {
    const hex = /^<0x([0-9A-Fa-f]{2})>$/.exec(piece)?.[1]
    return hex === undefined ? encoder.encode(piece.replaceAll('\u2581', ' ')) : Uint8Array.of(Number.parseInt(hex, 16))
  }
  if (style === 'wordPiece') return encoder.encode(piece.startsWith('##') ? piece.slice(2) : ` ${piece}`)
  return Uint8Array.from(
    Array.from(piece).flatMap((character) => BYTE_OF_CHARACTER.get(character) ?? [...encoder.encode(character)]),
  )
}
