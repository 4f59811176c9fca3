// SentencePiece's normalization table (`precompiled_charsmap`): u32 length of a double-array trie, the trie (u32 units, little-endian:
// label in bits 0-7, leaf in 8, wide offset in 9, offset from 10), then replacements, each ended by a zero byte.
// Sources: sentencepiece's normalizer.cc and its darts.h; huggingface/tokenizers' precompiled.rs and its crate spm_precompiled.
import { ModelFormatError } from '../base/errors.ts'

export interface Charsmap {
  /** As SentencePiece and llama.cpp do: at each place the longest entry of the table. */
  normalizeLongest(text: string): string
  /**
   * As Hugging Face's tokenizers does: grapheme by grapheme; one of less than 6 bytes as a whole becomes what the shortest entry at its
   * beginning says, else each of its characters does.
   */
  normalizeGraphemes(text: string): string
}

interface Match {
  byteLength: number
  replacement: string
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Throws `model-format` where the table contradicts itself. */
export function parseCharsmap(table: Uint8Array): Charsmap {
  const trieBytes = table.length < 4 ? Number.POSITIVE_INFINITY : viewOf(table).getUint32(0, true)
  if (trieBytes % 4 !== 0 || trieBytes === 0 || 4 + trieBytes >= table.length) {
    throw damaged(`its trie of ${trieBytes} bytes does not fit into ${table.length} bytes`)
  }
  const view = viewOf(table)
  const unitCount = trieBytes / 4
  const unitAt = (index: number) => {
    if (index < unitCount) return view.getUint32(4 + index * 4, true)
    throw damaged(`its trie of ${unitCount} units points to unit ${index}`)
  }
  const replacements = table.subarray(4 + trieBytes)
  const replacementAt = (start: number) => {
    const end = replacements.indexOf(0, start)
    if (start < replacements.length && end >= 0) return decoder.decode(replacements.subarray(start, end))
    throw damaged(`its replacements of ${replacements.length} bytes have none at ${start}`)
  }

  const matches = function* (bytes: Uint8Array, start: number): Generator<Match> {
    let node = offsetOf(unitAt(0))
    for (let at = start; at < bytes.length && bytes[at] !== 0; at++) {
      node ^= bytes[at]!
      const unit = unitAt(node)
      if ((unit & 0x800000ff) >>> 0 !== bytes[at]) return
      node ^= offsetOf(unit)
      if ((unit >>> 8) & 1) {
        yield { byteLength: at + 1 - start, replacement: replacementAt(unitAt(node) & 0x7fffffff) }
      }
    }
  }
  const shortest = (text: string): string | undefined => matches(encoder.encode(text), 0).next().value?.replacement

  return {
    normalizeLongest(text) {
      const bytes = encoder.encode(text)
      let normalized = ''
      for (let at = 0; at < bytes.length; ) {
        const longest = [...matches(bytes, at)].at(-1)
        const length = longest?.byteLength ?? characterLength(bytes[at]!)
        normalized += longest?.replacement ?? decoder.decode(bytes.subarray(at, at + length))
        at += length
      }
      return normalized
    },
    normalizeGraphemes(text) {
      let normalized = ''
      for (const segment of graphemes(text)) {
        const whole = encoder.encode(segment).length < 6 ? shortest(segment) : undefined
        normalized += whole ?? Array.from(segment, (character) => shortest(character) ?? character).join('')
      }
      return normalized
    },
  }
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Window by window, as V8 takes quadratic time for a long text; what a window's end may have cut begins the next one. */
function* graphemes(text: string): Generator<string> {
  let width = 256
  for (let start = 0; start < text.length; ) {
    const segments = Array.from(segmenter.segment(text.slice(start, start + width)), ({ segment }) => segment)
    const isLast = start + width >= text.length
    if (!isLast) start += width - segments.pop()!.length
    if (isLast) start = text.length
    else if (segments.length === 0) width *= 2
    yield* segments
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

function offsetOf(unit: number): number {
  return ((unit >>> 10) << ((unit & 0x200) >>> 6)) >>> 0
}

function characterLength(firstByte: number): number {
  return firstByte < 0x80 ? 1 : firstByte < 0xe0 ? 2 : firstByte < 0xf0 ? 3 : 4
}

function damaged(what: string): ModelFormatError {
  return new ModelFormatError(`The tokenizer's precompiled_charsmap is damaged: ${what}. Fetch the file again.`)
}
